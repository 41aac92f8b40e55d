import type { ActivityLog } from '../../api/types.ts'

type Body = Readonly<Record<string, unknown>>
type Told = Pick<
  ActivityLog,
  | 'activity_type'
  | 'resource_type'
  | 'resource_id'
  | 'activity_object'
  | 'external_customer_id'
  | 'external_subscription_id'
>

/** Of pages whose address has the code of their object. */
const BY_CODE: Readonly<Record<string, string>> = {
  AddOn: '/add-ons',
  BillableMetric: '/metrics',
  BillingEntity: '/settings/billing-entities',
  Coupon: '/coupons',
  Feature: '/features',
  Plan: '/plans',
}

/** Of pages whose address has the id of their object. */
const BY_ID: Readonly<Record<string, string>> = {
  CreditNote: '/credit-notes',
  Invoice: '/invoices',
  Payment: '/payments',
  Wallet: '/wallets',
}

const bodyOf = (value: unknown): Body => (typeof value === 'object' && value !== null ? (value as Body) : {})
const textOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null)

const pathTo = (folder: string | undefined, key: string | null): string | null =>
  folder && key ? `${folder}/${encodeURIComponent(key)}` : null

/** The page of what an activity changed, and its name or number as far as the activity tells them. */
export function objectOf(activity: Told): { readonly path: string | null; readonly name: string | null } {
  const { resource_type: type, resource_id: id } = activity
  const body = bodyOf(activity.activity_object)
  const code = textOf(body.code)
  const name = textOf(body.number) ?? textOf(body.name) ?? code
  if (activity.activity_type.endsWith('.deleted')) return { path: null, name }
  if (type === 'Customer') return { path: pathTo('/customers', activity.external_customer_id), name }
  if (type === 'Subscription')
    return { path: pathTo('/subscriptions', activity.external_subscription_id), name }
  if (type === 'PaymentReceipt') {
    return { path: pathTo('/payments', textOf(bodyOf(body.payment).lago_id)), name }
  }
  return { path: pathTo(BY_ID[type], id) ?? pathTo(BY_CODE[type], code), name }
}

/** What somebody who comes in wants to hear of; not the files and figures that follow from it. */
export const NEWS: readonly ActivityLog['activity_type'][] = [
  'billable_metric.created',
  'coupon.created',
  'credit_note.created',
  'customer.created',
  'customer.deleted',
  'email.failed',
  'feature.created',
  'invoice.created',
  'invoice.drafted',
  'invoice.one_off_created',
  'invoice.paid_credit_added',
  'invoice.payment_dispute_lost',
  'invoice.payment_failure',
  'invoice.payment_overdue',
  'invoice.voided',
  'payment.recorded',
  'plan.created',
  'plan.updated',
  'subscription.started',
  'subscription.terminated',
  'wallet.created',
  'wallet.terminated',
]
