import { toWireCents } from '../core/amounts/json-text.ts'
import type { InvoicePlan } from '../core/billing/bill-plan.ts'
import type { CustomerFacts, SubscriptionFacts } from '../core/billing/snapshot.ts'
import type { Instant } from '../core/calendar/instant.ts'
import type { CustomerColumns } from '../core/customers/customer-change.ts'
import { openUsageWindow } from '../core/subscriptions/open-window.ts'
import type { UnwrittenInvoice } from '../store/billing/unwritten-invoice.ts'
import type { CustomerDetails } from '../store/customers.ts'
import type { ListedSubscription } from '../store/subscription-views.ts'
import { toWireCustomerBase } from './customers.ts'
import { toWireFee } from './fees.ts'
import { toWireCredit, toWireInvoiceBase, toWireInvoiceTax } from './invoices.ts'
import { toWireSubscription } from './subscriptions.ts'
import { isoMillisOrNull, isoSeconds, isoSecondsOrNull } from './times.ts'

/** A bill that is not made, with all that its JSON shows. */
export type ShownPreview = UnwrittenInvoice & {
  readonly plan: InvoicePlan
  /** The subscriptions on it, as they will be then. */
  readonly subscriptions: readonly SubscriptionFacts[]
  /** Those of them that exist, as they are. */
  readonly views: readonly ListedSubscription[]
  readonly customer: {
    readonly facts: CustomerFacts
    readonly entityCodes: ReadonlyMap<string, string>
    readonly shown:
      | { readonly kind: 'known'; readonly details: Omit<CustomerDetails, 'taxes'> }
      | { readonly kind: 'imagined'; readonly columns: CustomerColumns }
  }
  readonly now: Instant
  readonly dashboardUrl: string
}

/** An invoice that is not made: ids of what does not exist are null, and so is everything that only making it gives. */
export function toWirePreview(preview: ShownPreview): object {
  const { invoice, taxes, plan, customer, now, dashboardUrl } = preview
  const isKnown = customer.shown.kind === 'known'
  const entityCode = customer.entityCodes.get(plan.billingEntity.id) ?? ''
  const customerId = isKnown ? customer.facts.id : ''
  return {
    ...toWireInvoiceBase({ ...invoice, sealedIn: '' }, entityCode, dashboardUrl),
    lago_id: null,
    status: 'finalized',
    web_url: `${dashboardUrl}/customer/${customerId}/invoice//overview`,
    created_at: isoSeconds(now),
    updated_at: isoSeconds(now),
    customer: customerOf(preview),
    metadata: [],
    applied_taxes: taxes.map((row) => ({
      ...toWireInvoiceTax(row, invoice.currency),
      lago_id: null,
      lago_invoice_id: null,
      created_at: null,
    })),
    credits: preview.credits.map((credit) => creditOf(credit, preview)),
    subscriptions: preview.subscriptions.map((each) => subscriptionOf(each, preview)),
    fees: preview.fees.map((fee) => feeOf(fee, preview)),
  }
}

function creditOf(
  credit: UnwrittenInvoice['credits'][number],
  { invoice, notesAhead }: ShownPreview,
): object {
  const { item, shownInvoice } = credit
  return {
    ...toWireCredit(credit),
    lago_id: null,
    item: {
      lago_item_id: item.id !== null && notesAhead.has(item.id) ? null : item.id,
      type: item.type,
      code: item.code,
      name: item.name,
      description: item.description,
    },
    invoice: {
      lago_id: shownInvoice.id === invoice.id ? null : shownInvoice.id,
      payment_status: shownInvoice.paymentStatus,
    },
  }
}

function feeOf(fee: UnwrittenInvoice['fees'][number], { views, customer, plan }: ShownPreview): object {
  const exists = views.some(({ row }) => row.id === fee.subscriptionId)
  const isKnown = customer.shown.kind === 'known'
  return toWireFee({
    ...fee,
    id: null,
    createdAt: null,
    trueUpFeeId: null,
    trueUpParentFeeId: null,
    appliedTaxes: fee.appliedTaxes.map((tax) => ({ ...tax, id: null, feeId: null, createdAt: null })),
    subscriptionId: exists ? fee.subscriptionId : null,
    externalSubscriptionId: fee.externalSubscriptionId || null,
    customerId: isKnown ? fee.customerId : null,
    externalCustomerId: isKnown ? fee.externalCustomerId : null,
    invoiceId: plan.invoiceType === 'subscription' ? null : fee.invoiceId,
  })
}

function subscriptionOf(facts: SubscriptionFacts, preview: ShownPreview): object {
  const { billing } = facts
  const view = preview.views.find(({ row }) => row.id === facts.id)
  if (!view) return imaginedSubscription(facts, preview)
  const hasStarted = view.row.startedAt !== null
  return {
    // One that has started shows when, as everywhere: an upgrade that waited for its payment, when it was asked for.
    ...toWireSubscription(view),
    status: billing.status,
    terminated_at: isoSecondsOrNull(billing.terminatedAt),
    ...(hasStarted ? {} : { started_at: isoMillisOrNull(billing.startedAt), ...periodOf(facts, preview) }),
  }
}

/** The period that a subscription begins with. */
function periodOf({ plan, billing }: SubscriptionFacts, { customer }: ShownPreview): object {
  const { zone } = customer.facts
  const { window } = openUsageWindow({ plan, subscription: billing, at: billing.startedAt, zone }, [])
  return {
    current_billing_period_started_at: isoSeconds(window.from),
    current_billing_period_ending_at: isoSeconds(window.to),
  }
}

function imaginedSubscription(facts: SubscriptionFacts, preview: ShownPreview): object {
  const { billing, plan } = facts
  const { customer, now } = preview
  const isKnown = customer.shown.kind === 'known'
  const current = preview.views.find(({ row }) => row.externalId === facts.externalId)
  return {
    lago_id: null,
    external_id: facts.externalId || null,
    lago_customer_id: isKnown ? customer.facts.id : null,
    external_customer_id: isKnown ? customer.facts.externalId : null,
    billing_entity_code:
      customer.entityCodes.get(facts.billingEntityId ?? customer.facts.billingEntityId) ?? null,
    name: current?.row.name ?? null,
    plan_code: preview.planCodes.get(plan.id) ?? null,
    plan_amount_cents: toWireCents(plan.amountCents),
    plan_amount_currency: plan.currency,
    status: null,
    billing_time: billing.billingTime,
    subscription_at: isoSeconds(billing.subscriptionAt),
    started_at: isoMillisOrNull(billing.startedAt),
    activated_at: null,
    trial_ended_at: null,
    ending_at: isoSecondsOrNull(billing.endingAt),
    terminated_at: null,
    canceled_at: null,
    created_at: isoSeconds(now),
    previous_plan_code: current?.plan.code ?? null,
    next_plan_code: null,
    downgrade_plan_date: null,
    ...periodOf(facts, preview),
    on_termination_credit_note: null,
    on_termination_invoice: 'generate',
    progressive_billing_disabled: false,
    consolidate_invoice: facts.isConsolidated,
    purchase_order_number: facts.purchaseOrderNumber,
    cancellation_reason: null,
    payment_method: {
      payment_method_id: facts.paymentMethod.id,
      payment_method_type: facts.paymentMethod.type,
    },
    activation_rules: [],
  }
}

function customerOf({ customer: { facts, shown, entityCodes }, now }: ShownPreview): object {
  if (shown.kind === 'known') return { ...toWireCustomerBase(shown.details), integration_customers: [] }
  const { columns } = shown
  return {
    lago_id: null,
    billing_entity_code: entityCodes.get(facts.billingEntityId) ?? null,
    external_id: null,
    account_type: 'customer',
    name: columns.name ?? null,
    firstname: columns.firstname ?? null,
    lastname: columns.lastname ?? null,
    customer_type: columns.customerType ?? null,
    sequential_id: null,
    slug: null,
    created_at: isoSeconds(now),
    updated_at: isoSeconds(now),
    country: columns.country ?? null,
    address_line1: columns.addressLine1 ?? null,
    address_line2: columns.addressLine2 ?? null,
    state: columns.state ?? null,
    zipcode: columns.zipcode ?? null,
    city: columns.city ?? null,
    email: columns.email ?? null,
    url: columns.url ?? null,
    phone: columns.phone ?? null,
    logo_url: columns.logoUrl ?? null,
    legal_name: columns.legalName ?? null,
    legal_number: columns.legalNumber ?? null,
    currency: columns.currency ?? null,
    tax_identification_number: columns.taxIdentificationNumber ?? null,
    timezone: columns.timezone ?? null,
    applicable_timezone: facts.zone,
    net_payment_term: null,
    external_salesforce_id: null,
    finalize_zero_amount_invoice: 'inherit',
    billing_configuration: NO_CONFIGURATION,
    shipping_address: NO_ADDRESS,
    skip_invoice_custom_sections: false,
    metadata: [],
    integration_customers: [],
  }
}

const NO_CONFIGURATION = {
  invoice_grace_period: null,
  payment_provider: null,
  payment_provider_code: null,
  document_locale: null,
  subscription_invoice_issuing_date_anchor: null,
  subscription_invoice_issuing_date_adjustment: null,
}

const NO_ADDRESS = {
  address_line1: null,
  address_line2: null,
  city: null,
  zipcode: null,
  state: null,
  country: null,
}
