/** Everything that can fall due, in the order in which items of the same instant are processed. */
export const DUE_KINDS = [
  'advance_usage',
  'subscription_activity',
  'wallet_top_up',
  'wallet_purchase',
  'plan_deletion',
  'draft_refresh',
  'subscription_start',
  'subscription_gate',
  'subscription_end',
  'subscription_billing',
  'invoice_finalization',
  'invoice_overdue',
  'dunning',
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
  'coupon_expiry',
  'wallet_expiry',
  'wallet_rule_expiry',
  'wallet_rule',
  'wallet_usage',
  'wallet_refresh',
  'invoice_charge',
  'request_charge',
  'payment_attention',
  'refund_attention',
  'page_expiry',
  'provider_probe',
] as const

export type DueKind = (typeof DUE_KINDS)[number]

/** What makes or finalizes bills. */
export const BILLING_KINDS: readonly DueKind[] = [
  'subscription_start',
  'subscription_end',
  'subscription_billing',
  'trial_end',
  'fixed_charge_units',
  'invoice_finalization',
]

/**
 * Processed before everything else, however overdue the rest is: they reschedule a customer's future items after a
 * settings change, and no bill may run before that.
 */
export const FIRST_KINDS: readonly DueKind[] = ['customer_days', 'customer_drafts']
