/**
 * What can fall due, in the order in which items of the same instant are done
 * (subscriptions-and-invoicing §11 has the same order within an hour).
 */
export const DUE_KINDS = [
  'advance_usage',
  'subscription_activity',
  'plan_deletion',
  'draft_refresh',
  'subscription_start',
  'subscription_end',
  'subscription_billing',
  'invoice_finalization',
  'invoice_overdue',
  'trial_end',
  'termination_alert',
  'event_validation',
  'target_wallets',
  'advance_aside',
] as const

export type DueKind = (typeof DUE_KINDS)[number]

export function rankOf(kind: DueKind): number {
  return DUE_KINDS.indexOf(kind)
}
