import { Decimal } from '../core/amounts/decimal.ts'
import { toWireCents } from '../core/amounts/json-text.ts'
import { charactersNotPrinted } from '../core/documents/rendering.ts'
import { dueCents } from '../core/payments/payment-input.ts'
import type { DocumentFile, FlawedDocument } from '../store/documents.ts'
import type { EFile } from '../store/e-documents.ts'
import type { InvoiceCreditView } from '../store/invoice-credits.ts'
import type { AppliedThresholdView, InvoiceListView, InvoiceView } from '../store/invoice-views.ts'
import type { InvoiceRow } from '../store/invoices.ts'
import type { UnbilledFeeRow } from '../store/unbilled-fees.ts'
import { centsOrNull } from './coupons.ts'
import { toWireCustomerBase } from './customers.ts'
import { toWireFee } from './fees.ts'
import { toWireAppliedSection } from './invoice-custom-sections.ts'
import { toWireSubscription } from './subscriptions.ts'
import { isoSeconds, isoSecondsOrNull } from './times.ts'

/** What the links of an invoice are made with. */
export type InvoiceLinks = {
  /** The organization's dashboard. */
  readonly dashboardUrl: string
  readonly fileUrl: (file: DocumentFile) => string
}

/** An invoice in lists: without fees, credits and periods. */
export function toWireListedInvoice(view: InvoiceListView, links: InvoiceLinks): object {
  return {
    ...toWireDownloadedInvoice(view, links),
    customer: { ...toWireCustomerBase(view.customer), integration_customers: [] },
    metadata: view.metadata.map((row) => ({
      lago_id: row.id,
      key: row.key,
      value: row.value,
      created_at: isoSeconds(row.createdAt),
    })),
    applied_taxes: view.taxes.map((row) => toWireInvoiceTax(row, view.invoice.currency)),
    ...(view.invoice.invoiceType === 'progressive_billing'
      ? { applied_usage_thresholds: view.thresholds.map(toWireAppliedThreshold) }
      : {}),
  }
}

/** An invoice with its file and without any collection. */
export function toWireDownloadedInvoice(view: InvoiceListView, links: InvoiceLinks): object {
  return {
    ...toWireInvoiceBase(view.invoice, view.billingEntityCode, links.dashboardUrl),
    file_url: view.file === null ? null : links.fileUrl(view.file),
    xml_url: xmlUrlOf(view.eFile, links),
  }
}

/** A tax of an invoice. */
export function toWireInvoiceTax(row: InvoiceListView['taxes'][number], currency: string): object {
  return {
    lago_id: row.id,
    lago_invoice_id: row.invoiceId,
    lago_tax_id: row.taxId,
    tax_name: row.taxName,
    tax_code: row.taxCode,
    tax_rate: Decimal.of(row.taxRate).toNumber(),
    tax_description: row.taxDescription,
    amount_cents: toWireCents(row.amountCents),
    amount_currency: currency,
    // Lago shows whole cents of the base, without rounding.
    fees_amount_cents: toWireCents(Decimal.of(row.feesAmountCents).round(0, 'down').toBigInt()),
    created_at: isoSeconds(row.createdAt),
  }
}

/** An invoice with everything on it. */
export function toWireInvoice(view: InvoiceView, links: InvoiceLinks): object {
  const isOfPaidFees = view.invoice.invoiceType === 'advance_charges'
  return {
    ...toWireListedInvoice(view, links),
    subscriptions: view.subscriptions.map(toWireSubscription),
    billing_periods: view.periods.map((period) => ({
      lago_subscription_id: period.subscriptionId,
      external_subscription_id: period.externalSubscriptionId,
      lago_plan_id: period.planId,
      subscription_from_datetime: isoSecondsOrNull(period.subscriptionFrom),
      subscription_to_datetime: isoSecondsOrNull(period.subscriptionTo),
      charges_from_datetime: isoSecondsOrNull(period.chargesFrom),
      charges_to_datetime: isoSecondsOrNull(period.chargesTo),
      // A paid-fees invoice only has fees of usage charges.
      fixed_charges_from_datetime: isoSecondsOrNull(isOfPaidFees ? null : period.fixedChargesFrom),
      fixed_charges_to_datetime: isoSecondsOrNull(isOfPaidFees ? null : period.fixedChargesTo),
      invoicing_reason: period.invoicingReason,
    })),
    fees: view.fees.map((fee) => toWireFee(fee)),
    credits: view.credits.map(toWireCredit),
    error_details: [
      ...view.unbilled.map(toWireUnbilledFee),
      ...view.flawed.flatMap(toWireFlaws),
      ...toWireRefusals(view.eFile),
    ],
    applied_invoice_custom_sections: view.sections.map(toWireAppliedSection),
    ...(view.voidedInvoiceId === null ? {} : { voided_invoice_id: view.voidedInvoiceId }),
    ...(view.regeneratedInvoiceId === null ? {} : { regenerated_invoice_id: view.regeneratedInvoiceId }),
  }
}

/** What stands in the head of an invoice, and its amounts. */
export function toWireInvoiceBase(
  invoice: InvoiceRow,
  billingEntityCode: string,
  dashboardUrl: string,
): object {
  return {
    lago_id: invoice.id,
    billing_entity_code: billingEntityCode,
    sequential_id: invoice.sequentialId === null ? null : Number(invoice.sequentialId),
    payment_due_date: invoice.paymentDueDate,
    payment_dispute_lost_at: isoSecondsOrNull(invoice.paymentDisputeLostAt),
    file_url: null,
    number: invoice.number,
    purchase_order_number: invoice.purchaseOrderNumber,
    issuing_date: invoice.issuingDate,
    net_payment_term: invoice.netPaymentTerm,
    invoice_type: invoice.invoiceType,
    status: invoice.status,
    payment_status: invoice.paymentStatus,
    payment_overdue: invoice.paymentOverdue,
    currency: invoice.currency,
    fees_amount_cents: toWireCents(invoice.feesAmountCents),
    taxes_amount_cents: toWireCents(invoice.taxesAmountCents),
    progressive_billing_credit_amount_cents: toWireCents(invoice.progressiveBillingCreditAmountCents),
    coupons_amount_cents: toWireCents(invoice.couponsAmountCents),
    credit_notes_amount_cents: toWireCents(invoice.creditNotesAmountCents),
    sub_total_excluding_taxes_amount_cents: toWireCents(invoice.subTotalExcludingTaxesAmountCents),
    sub_total_including_taxes_amount_cents: toWireCents(invoice.subTotalIncludingTaxesAmountCents),
    total_amount_cents: toWireCents(invoice.totalAmountCents),
    total_due_amount_cents: toWireCents(dueCents(invoice)),
    total_paid_amount_cents: toWireCents(invoice.totalPaidAmountCents),
    total_offsetted_credit_note_amount_cents: toWireCents(invoice.offsetAmountCents),
    prepaid_credit_amount_cents: toWireCents(invoice.prepaidCreditAmountCents),
    prepaid_granted_credit_amount_cents: centsOrNull(invoice.prepaidGrantedCreditAmountCents),
    prepaid_purchased_credit_amount_cents: centsOrNull(invoice.prepaidPurchasedCreditAmountCents),
    xml_url: null,
    web_url: `${dashboardUrl}/customer/${invoice.customerId}/invoice/${invoice.id}/overview`,
    version_number: invoice.versionNumber,
    self_billed: invoice.selfBilled,
    created_at: isoSeconds(invoice.createdAt),
    updated_at: isoSeconds(invoice.updatedAt),
    voided_at: isoSecondsOrNull(invoice.voidedAt),
  }
}

/** A credit on an invoice, in `credits`. */
export function toWireCredit(credit: InvoiceCreditView): object {
  return {
    lago_id: credit.id,
    amount_cents: toWireCents(credit.amountCents),
    amount_currency: credit.currency,
    before_taxes: credit.beforeTaxes,
    item: {
      lago_item_id: credit.item.id,
      type: credit.item.type,
      code: credit.item.code,
      name: credit.item.name,
      description: credit.item.description,
    },
    invoice: { lago_id: credit.shownInvoice.id, payment_status: credit.shownInvoice.paymentStatus },
  }
}

/** The link to an e-invoice; null when there is none or it was refused. */
export function xmlUrlOf(eFile: EFile | null, links: Pick<InvoiceLinks, 'fileUrl'>): string | null {
  return eFile === null || eFile.refusal !== null ? null : links.fileUrl(eFile)
}

/** Why there is no e-invoice, in `error_details`: the codes of each field. */
export function toWireRefusals(eFile: EFile | null): object[] {
  if (!eFile?.refusal) return []
  const details = Object.entries(eFile.refusal).map(([field, codes]) => [field, codes.join(', ')])
  return [{ lago_id: eFile.id, error_code: 'einvoice_error', details: Object.fromEntries(details) }]
}

/** A document that was given up, or the characters that it could not print, in `error_details`. */
export function toWireFlaws({ id, kind, version, status, problems }: FlawedDocument): object[] {
  const details = { kind, version }
  if (status === 'failed') return [{ lago_id: id, error_code: 'document_failed', details }]
  const missing = charactersNotPrinted(problems)
  if (missing.length === 0) return []
  const characters = missing.join(' ')
  return [{ lago_id: id, error_code: 'characters_not_printed', details: { ...details, characters } }]
}

/** A fee left off the invoice because its amount does not fit. */
function toWireUnbilledFee(row: UnbilledFeeRow): object {
  return {
    lago_id: row.id,
    error_code: 'fee_amount_out_of_range',
    details: {
      fee_type: row.feeType,
      ...(row.subscriptionId === null ? {} : { lago_subscription_id: row.subscriptionId }),
      ...(row.chargeId === null ? {} : { lago_charge_id: row.chargeId }),
      ...(row.chargeFilterId === null ? {} : { lago_charge_filter_id: row.chargeFilterId }),
      grouped_by: JSON.stringify(row.groupedBy),
      units: Decimal.of(row.units).toWire(),
      amount_cents: row.amountCents,
    },
  }
}

function toWireAppliedThreshold(applied: AppliedThresholdView): object {
  return {
    lifetime_usage_amount_cents: toWireCents(applied.lifetimeUsageAmountCents),
    created_at: isoSeconds(applied.createdAt),
    usage_threshold: {
      lago_id: applied.thresholdId,
      threshold_display_name: applied.thresholdDisplayName,
      amount_cents: toWireCents(applied.amountCents),
      recurring: applied.isRecurring,
      created_at: isoSeconds(applied.thresholdCreatedAt),
      updated_at: isoSeconds(applied.thresholdUpdatedAt),
    },
  }
}
