import { type Form, textOf } from './form.ts'
import { refuse } from './stripe-refusal.ts'
import type { FakeIntent, StripeState } from './stripe-state.ts'

const TYPES: Readonly<Record<string, string>> = {
  eur: 'eu_bank_transfer',
  usd: 'us_bank_transfer',
  gbp: 'gb_bank_transfer',
  jpy: 'jp_bank_transfer',
  mxn: 'mx_bank_transfer',
}
const EURO_COUNTRIES = ['BE', 'DE', 'ES', 'FR', 'IE', 'NL']

const nested = (form: Form | string | undefined, key: string) =>
  (typeof form === 'object' ? form[key] : undefined) as Form | string | undefined

/** The account that a form asks for, as Stripe checks it; undefined for a charge of a method. */
export function transferAskedFor(form: Form): { readonly country: string | null } | undefined {
  if (nested(form.payment_method_data, 'type') !== 'customer_balance') return undefined
  const options = nested(form.payment_method_options, 'customer_balance')
  const transfer = nested(options, 'bank_transfer')
  const country = nested(nested(transfer, 'eu_bank_transfer'), 'country')
  const type = TYPES[textOf(form, 'currency') ?? '']
  if (nested(options, 'funding_type') !== 'bank_transfer' || nested(transfer, 'type') !== type) {
    return refuse(400, 'parameter_invalid')
  }
  if (type === 'eu_bank_transfer' && !EURO_COUNTRIES.includes(String(country))) {
    return refuse(400, 'parameter_missing')
  }
  return { country: typeof country === 'string' ? country : null }
}

/** An intent waits for money on the account that it names. */
export function awaitTransfer(state: StripeState, intent: FakeIntent, country: string | null): void {
  intent.status = 'requires_action'
  intent.next_action = instructions(intent, intent.amount, country)
  state.tell('payment_intent.requires_action', intent)
}

/** Money arrives on the account of an intent: all that is left, or a part. */
export function fund(state: StripeState, intent: FakeIntent, units: number): void {
  const { display_bank_transfer_instructions: shown } = intent.next_action as Instructions
  const left = shown.amount_remaining - units
  if (left <= 0) {
    state.succeed(intent)
    return
  }
  intent.next_action = instructions(intent, left, shown.country)
  state.tell('payment_intent.partially_funded', intent)
}

type Instructions = {
  readonly display_bank_transfer_instructions: {
    readonly amount_remaining: number
    readonly country: string | null
  }
}

function instructions(intent: FakeIntent, left: number, country: string | null): object {
  return {
    type: 'display_bank_transfer_instructions',
    display_bank_transfer_instructions: {
      amount_remaining: left,
      currency: intent.currency,
      type: TYPES[intent.currency],
      reference: `REF-${intent.id}`,
      hosted_instructions_url: `https://payments.stripe.test/bank_transfers/${intent.id}`,
      country,
    },
  }
}
