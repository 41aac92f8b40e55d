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
  'fixed_charge_units',
  'termination_alert',
  'event_validation',
  'target_wallets',
  'deferred_event',
  'customer_days',
  'customer_drafts',
  'plan_amount',
  'alert_rearming',
] as const

export type DueKind = (typeof DUE_KINDS)[number]

/**
 * Done before everything else, however long the others have been due: they move what lies ahead of a customer to where
 * its new settings have it, and a bill must not come before that.
 */
export const FIRST_KINDS: readonly DueKind[] = ['customer_days', 'customer_drafts']
