import type { GatewayMoney, MethodSummary, ProviderPayment } from '../../core/payments/gateway.ts'
import { fromProviderUnits } from '../../core/payments/provider-amounts.ts'
import type { AdyenObject } from './client.ts'
import { declineOf } from './problems.ts'

const STATES: Readonly<Record<string, ProviderPayment['state']>> = {
  Authorised: 'settled',
  AuthorisedPending: 'processing',
  Received: 'processing',
  Pending: 'processing',
  RedirectShopper: 'action_required',
  ChallengeShopper: 'action_required',
  IdentifyShopper: 'action_required',
  PresentToShopper: 'action_required',
  Refused: 'declined',
  Error: 'declined',
  Expired: 'declined',
  // What was authorised of it is given up.
  PartiallyAuthorised: 'declined',
  Cancelled: 'canceled',
}

/** What Adyen answers to an order. A result that we do not know is one that is not final. */
export function readResult(answer: AdyenObject, paymentId: string, money: GatewayMoney): ProviderPayment {
  const result = textOf(answer.resultCode) ?? 'unknown'
  const state = STATES[result] ?? 'processing'
  return {
    providerPaymentId: textOf(answer.pspReference),
    paymentId,
    providerStatus: result,
    state,
    money: isAdyenObject(answer.amount) ? moneyOf(answer.amount) : money,
    mode: null,
    isOnlyAuthorised: state === 'settled',
    nextAction: isAdyenObject(answer.action) ? answer.action : null,
    error: state === 'declined' ? declineOf(answer.refusalReasonCode, answer.refusalReason) : null,
  }
}

/** An amount that is none of ours reads as a negative one, which no payment has: it is set aside for somebody to see. */
export function moneyOf(amount: unknown): GatewayMoney {
  const { value, currency } = isAdyenObject(amount) ? amount : ({} as AdyenObject)
  const units = Number.isSafeInteger(value) ? BigInt(value as number) : -1n
  const code = textOf(currency) ?? ''
  return { cents: fromProviderUnits('adyen', units, code) ?? -units, currency: code }
}

/** A card that is stored at Adyen. */
export function readStored(stored: AdyenObject): MethodSummary {
  return {
    providerMethodId: textOf(stored.id) ?? '',
    type: 'card',
    brand: textOf(stored.brand),
    last4: textOf(stored.lastFour),
    expirationMonth: textOf(stored.expiryMonth),
    expirationYear: textOf(stored.expiryYear),
    holder: textOf(stored.holderName),
  }
}

/** What begins our references: the id of a payment, of a page or of a refund. */
export function idIn(reference: unknown): string | null {
  const text = textOf(reference)
  return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?= |$)/.exec(text ?? '')?.[0] ?? null
}

const REFERENCE_LENGTH_MAX = 80

/**
 * What Adyen calls a payment by. It begins with our id, by which its messages are understood and by which a payment of
 * unknown outcome is canceled; of a long number the end is kept.
 */
export function referenceOf(id: string, number: string): string {
  const beginning = `${id} - Invoice `
  return `${beginning}${number.slice(-(REFERENCE_LENGTH_MAX - beginning.length))}`
}

const NAME_LENGTH_MAX = 20
const VALUE_LENGTH_MAX = 80

/** What Adyen keeps with a payment: longer names are refused, so they are left out. */
export function metadataOf(metadata: Readonly<Record<string, string>>): Record<string, string> {
  const kept = Object.entries(metadata).filter(([name]) => name.length <= NAME_LENGTH_MAX)
  return Object.fromEntries(kept.map(([name, value]) => [name, value.slice(0, VALUE_LENGTH_MAX)]))
}

export function isAdyenObject(value: unknown): value is AdyenObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A text; null for anything else. */
export function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}
