import { Decimal } from '../amounts/decimal.ts'
import { BILLING_TIMES, type BillingTime } from '../calendar/boundaries.ts'
import type { Instant } from '../calendar/instant.ts'
import { digitsOf, Fields, type Input, isInput } from '../input/fields.ts'
import { readSelection, type SectionSelection } from '../invoice-custom-sections/section-input.ts'
import type { Problems } from '../problems.ts'
import { checkUsageThresholds } from '../progressive-billing/thresholds.ts'
import { type ActivationRule, readActivationRules } from './activation-rules.ts'

/** A usage threshold set on the subscription itself; cents above zero. */
export type ThresholdInput = {
  readonly amountCents: bigint
  readonly displayName: string | null
  readonly isRecurring: boolean
}

/** The fields of a subscription request (docs/rules/subscriptions.md); undefined means not sent. */
export type SubscriptionSettings = {
  readonly name: string | null | undefined
  readonly subscriptionAt: Instant | undefined
  readonly endingAt: Instant | null | undefined
  readonly progressiveBillingDisabled: boolean | undefined
  readonly consolidateInvoice: boolean | undefined
  readonly purchaseOrderNumber: string | null | undefined
  /** Null for the customer's own. */
  readonly billingEntity: { readonly code: string } | { readonly id: string } | null | undefined
  readonly paymentMethodType: 'provider' | 'manual' | undefined
  /** A method of the customer; null for its default. */
  readonly paymentMethodId: string | null | undefined
  readonly activationRules: readonly ActivationRule[] | undefined
  readonly usageThresholds: readonly ThresholdInput[] | undefined
  /** Which custom sections its invoices print. */
  readonly sections: SectionSelection | undefined
  /** Not empty. */
  readonly planOverrides: Input | undefined
}

export type NewSubscription = SubscriptionSettings & {
  readonly externalCustomerId: string | undefined
  readonly planCode: string | undefined
  readonly externalId: string
  readonly billingTime: BillingTime
}

export const TERMINATION_CREDIT_NOTES = ['credit', 'skip', 'refund', 'offset'] as const
export const TERMINATION_INVOICES = ['generate', 'skip'] as const

/** What happens to a subscription's money when it ends (docs/rules/subscriptions.md#end). */
export type TerminationOptions = {
  readonly creditNote: (typeof TERMINATION_CREDIT_NOTES)[number] | null | undefined
  readonly invoice: (typeof TERMINATION_INVOICES)[number] | undefined
}

export type SubscriptionChange = SubscriptionSettings & { readonly onTermination: TerminationOptions }

const EXTERNAL_ID_LENGTH_MAX = 255
/** The largest amount that a JSON number holds exactly. */
const CENTS_MAX = BigInt(Number.MAX_SAFE_INTEGER)

/** Reads the request for a new subscription; errors are added to `problems`. */
export function readNewSubscription(input: Input, problems: Problems): NewSubscription {
  const fields = new Fields(input, problems)
  return {
    externalCustomerId: fields.mandatoryId('external_customer_id', EXTERNAL_ID_LENGTH_MAX),
    planCode: fields.id('plan_code') ?? undefined,
    externalId: fields.mandatoryId('external_id', EXTERNAL_ID_LENGTH_MAX) ?? '',
    billingTime: fields.word('billing_time', BILLING_TIMES) ?? 'calendar',
    ...readSettings(input, fields, problems),
  }
}

/** Reads an update request; activation rules are only allowed while the subscription is pending. */
export function readSubscriptionChange(input: Input, problems: Problems): SubscriptionChange {
  const fields = new Fields(input, problems)
  return { ...readSettings(input, fields, problems), onTermination: readTermination(input, problems) }
}

/**
 * Reads what should happen to the money at the end: `invalid_value` for an unknown word
 * (docs/rules/subscriptions.md).
 */
export function readTermination(input: Input, problems: Problems): TerminationOptions {
  const fields = new Fields(input, problems)
  return {
    creditNote: fields.word('on_termination_credit_note', TERMINATION_CREDIT_NOTES, 'invalid_value'),
    invoice: fields.word('on_termination_invoice', TERMINATION_INVOICES, 'invalid_value') ?? undefined,
  }
}

function readSettings(input: Input, fields: Fields, problems: Problems): SubscriptionSettings {
  const planOverrides = fields.object('plan_overrides') ? (input.plan_overrides as Input) : undefined
  if (planOverrides?.usage_thresholds !== undefined && input.usage_thresholds !== undefined) {
    problems.add('plan_overrides', 'incompatible_params')
    problems.add('usage_thresholds', 'incompatible_params')
  }
  return {
    name: fields.text('name'),
    subscriptionAt: fields.instant('subscription_at') ?? undefined,
    endingAt: fields.instant('ending_at'),
    progressiveBillingDisabled: fields.boolean('progressive_billing_disabled') ?? undefined,
    consolidateInvoice: fields.boolean('consolidate_invoice') ?? undefined,
    purchaseOrderNumber: blankAsNull(fields.text('purchase_order_number', 255)),
    billingEntity: readBillingEntity(fields),
    ...readMethodChoice(input.payment_method, problems),
    activationRules: readActivationRules(input.activation_rules, problems),
    usageThresholds: readThresholds(input.usage_thresholds, problems),
    sections: readSelection(input, problems),
    planOverrides: planOverrides && Object.keys(planOverrides).length > 0 ? planOverrides : undefined,
  }
}

function blankAsNull(text: string | null | undefined): string | null | undefined {
  return typeof text === 'string' && text.trim() === '' ? null : text
}

function readBillingEntity(fields: Fields): SubscriptionSettings['billingEntity'] {
  const code = fields.id('billing_entity_code')
  if (code) return { code }
  const id = fields.text('billing_entity_id')
  if (id) return { id }
  return fields.isNull('billing_entity_code') || fields.isNull('billing_entity_id') ? null : undefined
}

/** How a subscription is paid: by hand, or by a provider with the customer's default method or one that it names. */
function readMethodChoice(
  value: unknown,
  problems: Problems,
): Pick<SubscriptionSettings, 'paymentMethodType' | 'paymentMethodId'> {
  const method = isInput(value) ? value : undefined
  const id = method?.payment_method_id
  const isNamed = typeof id === 'string' && (method?.payment_method_type ?? 'provider') === 'provider'
  if (isNamed) return { paymentMethodType: 'provider', paymentMethodId: id }
  const type = readPaymentMethod(value, problems)
  return { paymentMethodType: type, paymentMethodId: type === undefined ? undefined : null }
}

/** How something else is paid: it cannot name a method, so any id is unknown. */
export function readPaymentMethod(
  value: unknown,
  problems: Problems,
): SubscriptionSettings['paymentMethodType'] {
  if (value === undefined || value === null) return undefined
  const method = isInput(value) ? value : { payment_method_type: '' }
  const type = method.payment_method_type ?? 'provider'
  const hasId = method.payment_method_id !== undefined && method.payment_method_id !== null
  if ((type === 'provider' || type === 'manual') && !hasId) return type
  problems.add('payment_method', 'invalid_payment_method')
  return undefined
}

function readThresholds(raw: unknown, problems: Problems): readonly ThresholdInput[] | undefined {
  if (raw === undefined) return undefined
  const entries = Array.isArray(raw)
    ? raw.map((each: unknown) => (isInput(each) ? plainAmount(each) : {}))
    : raw
  const codes = checkUsageThresholds(entries)
  for (const code of codes) problems.add('usage_thresholds', code)
  if (codes.length > 0 || !Array.isArray(entries)) return []
  const thresholds = (entries as readonly Input[]).map((each) => ({
    amountCents: Decimal.of(String(each.amount_cents)).toBigInt(),
    displayName: typeof each.threshold_display_name === 'string' ? each.threshold_display_name : null,
    isRecurring: each.recurring === true || each.recurring === 'true',
  }))
  if (thresholds.some(({ amountCents }) => amountCents > CENTS_MAX)) {
    problems.add('usage_thresholds', 'value_is_out_of_range')
    return []
  }
  return thresholds
}

/** The threshold with its amount as a string, whatever was sent. */
function plainAmount(threshold: Input): Input {
  const amount = threshold.amount_cents
  if (amount === undefined || amount === null || typeof amount === 'string') return threshold
  return { ...threshold, amount_cents: digitsOf(amount) ?? 'not a number' }
}
