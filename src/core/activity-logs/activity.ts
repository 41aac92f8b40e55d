import { WEBHOOK_TYPES, type WebhookType } from '../webhooks/types.ts'

/** What activities are about, and the names of their types, before the dot. */
const RESOURCE_TYPES = {
  alert: 'Alert',
  applied_coupon: 'AppliedCoupon',
  billable_metric: 'BillableMetric',
  billing_entities: 'BillingEntity',
  coupon: 'Coupon',
  credit_note: 'CreditNote',
  customer: 'Customer',
  feature: 'Feature',
  invoice: 'Invoice',
  payment: 'Payment',
  payment_receipt: 'PaymentReceipt',
  payment_request: 'PaymentRequest',
  plan: 'Plan',
  subscription: 'Subscription',
  wallet: 'Wallet',
  wallet_transaction: 'WalletTransaction',
} as const

type Noun = keyof typeof RESOURCE_TYPES
export type ResourceType = (typeof RESOURCE_TYPES)[Noun]

/** Activities that no webhook tells of. */
const OWN_TYPES = [
  'alert.created',
  'alert.updated',
  'alert.deleted',
  'applied_coupon.created',
  'applied_coupon.deleted',
  'billing_entities.created',
  'billing_entities.updated',
  'coupon.created',
  'coupon.updated',
  'coupon.deleted',
  'customer.deleted',
  'email.sent',
  'email.failed',
  'payment.recorded',
] as const

/** Webhooks that tell of a payment provider or of usage, and not of what somebody did. */
const NO_ACTIVITIES: readonly WebhookType[] = [
  'alert.triggered',
  'payment.succeeded',
  'payment.requires_action',
  'payment.reversed',
  'payment.duplicated',
  'payment.needs_review',
]

export type ActivityType = (typeof OWN_TYPES)[number] | WebhookType

/** Who acts: a request, the dashboard, Weir itself, its operator, or a customer in the portal. */
export const ACTIVITY_SOURCES = ['api', 'front', 'system', 'admin', 'portal'] as const
export type ActivitySource = (typeof ACTIVITY_SOURCES)[number]

/**
 * Made by the hundreds in a billing run, or on every debit: their activities only name them. All others keep the
 * object as it was.
 */
const NAMED_ONLY: readonly ResourceType[] = [
  'CreditNote',
  'Invoice',
  'Subscription',
  'Wallet',
  'WalletTransaction',
]

/** What a type of activity is about; undefined for a webhook that is no activity. */
export function resourceTypeOf(type: ActivityType): ResourceType | undefined {
  if (NO_ACTIVITIES.some((each) => each === type)) return undefined
  const noun = type.slice(0, type.indexOf('.'))
  return Object.hasOwn(RESOURCE_TYPES, noun) ? RESOURCE_TYPES[noun as Noun] : undefined
}

/** Whether activities of a type keep their object. A new customer is committed before its row is read back. */
export function keepsObject(type: ActivityType): boolean {
  if (type === 'customer.created') return false
  const resource = resourceTypeOf(type)
  return resource !== undefined && !NAMED_ONLY.includes(resource)
}

/** Every type of activity. */
export const ACTIVITY_TYPES: readonly ActivityType[] = [
  ...OWN_TYPES,
  ...WEBHOOK_TYPES.filter((type) => resourceTypeOf(type) !== undefined),
]

/** Changed fields, each with its value before and after. */
export type ActivityChanges = Readonly<Record<string, readonly [unknown, unknown]>>

/** What differs between two states of an object, apart from the time of the change. */
export function changesBetween(before: unknown, after: unknown): ActivityChanges {
  const [old, now] = [fieldsOf(before), fieldsOf(after)]
  const keys = [...new Set([...Object.keys(old), ...Object.keys(now)])]
  return Object.fromEntries(
    keys
      .filter((key) => key !== 'updated_at' && JSON.stringify(old[key]) !== JSON.stringify(now[key]))
      .map((key) => [key, [old[key] ?? null, now[key] ?? null]]),
  )
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}
