/** Types that Lago does not have: only endpoints that name them get them. */
const OWN_TYPES = [
  'payment.reversed',
  'payment.duplicated',
  'payment.needs_review',
  'payment_method.created',
  'payment_method.deleted',
] as const

/** Every webhook type that Weir sends. */
export const WEBHOOK_TYPES = [
  ...OWN_TYPES,
  'alert.triggered',
  'billable_metric.created',
  'billable_metric.updated',
  'billable_metric.deleted',
  'customer.created',
  'customer.updated',
  'customer.accounting_provider_created',
  'customer.accounting_provider_error',
  'customer.crm_provider_created',
  'customer.crm_provider_error',
  'customer.payment_provider_created',
  'customer.payment_provider_error',
  'customer.checkout_url_generated',
  'customer.tax_provider_error',
  'customer.vies_check',
  'credit_note.created',
  'credit_note.generated',
  'credit_note.provider_refund_failure',
  'dunning_campaign.finished',
  'event.error',
  'events.errors',
  'feature.created',
  'feature.updated',
  'feature.deleted',
  'fee.created',
  'fee.tax_provider_error',
  'integration.provider_error',
  'invoice.created',
  'invoice.one_off_created',
  'invoice.paid_credit_added',
  'invoice.drafted',
  'invoice.ready_to_finalize',
  'invoice.generated',
  'invoice.voided',
  'invoice.deleted',
  'invoice.payment_status_updated',
  'invoice.payment_overdue',
  'invoice.payment_failure',
  'invoice.payment_dispute_lost',
  'invoice.resynced',
  'order.created',
  'order.executed',
  'order_form.created',
  'order_form.signed',
  'order_form.expired',
  'order_form.voided',
  'quote.created',
  'quote.approved',
  'quote.voided',
  'payment.succeeded',
  'payment.requires_action',
  'payment_provider.error',
  'payment_receipt.created',
  'payment_receipt.generated',
  'payment_request.created',
  'payment_request.payment_status_updated',
  'payment_request.payment_failure',
  'plan.created',
  'plan.updated',
  'plan.deleted',
  'subscription.started',
  'subscription.updated',
  'subscription.incomplete',
  'subscription.canceled',
  'subscription.terminated',
  'subscription.termination_alert',
  'subscription.trial_ended',
  'subscription.usage_threshold_reached',
  'wallet.created',
  'wallet.updated',
  'wallet.terminated',
  'wallet.depleted_ongoing_balance',
  'wallet_transaction.created',
  'wallet_transaction.updated',
  'wallet_transaction.payment_failure',
] as const

export type WebhookType = (typeof WEBHOOK_TYPES)[number]

/** Deprecated names that a filter may also use. */
const ALIASES: Readonly<Record<string, WebhookType>> = {
  'credit_note.refund_failure': 'credit_note.provider_refund_failure',
}

/** The type of a filter entry, trimmed and in lower case; undefined when unknown. */
export function webhookTypeOf(text: string): WebhookType | undefined {
  const name = text.trim().toLowerCase()
  return ALIASES[name] ?? WEBHOOK_TYPES.find((type) => type === name)
}

/** Whether an endpoint receives a type: a list receives its entries, and null all types that Lago has too. */
export function takesType(eventTypes: readonly string[] | null, type: WebhookType): boolean {
  return eventTypes === null ? !OWN_TYPES.some((own) => own === type) : eventTypes.includes(type)
}
