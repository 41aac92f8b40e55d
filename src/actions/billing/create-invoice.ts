import { exponentOf } from '../../core/amounts/currency.ts'
import { startOfDay } from '../../core/calendar/zone.ts'
import { fittingFees } from '../../core/invoicing/fitting-fees.ts'
import { draftNumber } from '../../core/invoicing/numbering.ts'
import { unpaidStatus } from '../../core/invoicing/payment-status.ts'
import { totalInvoice } from '../../core/invoicing/totals.ts'
import { type IssuingSettings, issuingDates } from '../../core/subscriptions/issuing-dates.ts'
import type { BillingSnapshot } from '../../store/billing-snapshot.ts'
import type { Tx } from '../../store/database.ts'
import { scheduleItem } from '../../store/due-items.ts'
import { insertFees } from '../../store/fee-writes.ts'
import { newId } from '../../store/ids.ts'
import { insertInvoiceReductions } from '../../store/invoice-reductions.ts'
import { insertInvoice, insertInvoiceLinks, insertInvoiceTaxes, updateInvoice } from '../../store/invoices.ts'
import { findBillingEntity } from '../../store/organizations.ts'
import { markProgressiveInvoice } from '../../store/progressive-invoices.ts'
import { json, ts, tsOrNull } from '../../store/values.ts'
import type { Caller, Context } from '../context.ts'
import type { Bill, BillLink } from './bill.ts'
import { announceInvoice, issueInvoice } from './issue-invoice.ts'
import { keepUnbilled } from './keep-unbilled.ts'
import { creditProgressiveInvoices } from './progressive-credits.ts'
import { resolveFeeTaxes } from './resolve-fee-taxes.ts'

/**
 * Writes an invoice with its fees, taxes, credits and links in the caller's transaction: a draft while a grace period
 * holds it back, otherwise final, with its number and announcement. Gives its id and status; `closed` when it is of
 * zero and such invoices are skipped. The customer is locked by the caller.
 */
export async function createInvoice(
  context: Context,
  tx: Tx,
  caller: Caller,
  bill: Bill,
): Promise<{ readonly id: string; readonly status: 'draft' | 'finalized' | 'closed' }> {
  const id = newId()
  const { customer } = bill.snapshot
  const issuer = await issuerOf(tx, bill)
  const settings = issuingSettingsOf(bill.snapshot)
  const dates = issuingDates(
    { at: bill.at, zone: bill.snapshot.zone, isPeriodic: isPeriodic(bill.links), hasGrace: bill.hasGrace },
    settings,
  )
  await insertInvoice(tx, {
    organizationId: caller.organizationId,
    id,
    customerId: customer.id,
    billingEntityId: issuer.id,
    number: draftNumber(issuer.documentNumberPrefix),
    invoiceType: bill.invoiceType,
    status: 'generating',
    currency: bill.currency,
    timezone: bill.snapshot.zone,
    issuingDate: dates.issuingOn,
    paymentDueDate: dates.paymentDueOn,
    expectedFinalizationDate: dates.expectedFinalizationOn,
    netPaymentTerm: settings.netPaymentTermDays,
    issuingSettings: json(settings),
    billingAt: ts(bill.at),
    purchaseOrderNumber: bill.purchaseOrderNumber,
    selfBilled: customer.accountType === 'partner',
    createdAt: ts(caller.now),
    updatedAt: ts(caller.now),
  })
  await writeBill(context, tx, caller, id, bill)
  if (bill.reached) {
    const { organizationId, now } = caller
    await markProgressiveInvoice(tx, { organizationId, id, now, ...bill.reached })
  }
  const isDraft = bill.hasGrace && settings.graceDays > 0
  if (!isDraft) return { id, status: await issueInvoice(context, tx, caller, id) }
  await updateInvoice(tx, id, { status: 'draft' })
  await scheduleItem(tx, caller.organizationId, {
    kind: 'invoice_finalization',
    subjectId: id,
    dueAt: startOfDay(dates.expectedFinalizationOn, bill.snapshot.zone),
  })
  await announceInvoice(tx, caller, id, 'invoice.drafted')
  return { id, status: 'draft' }
}

/**
 * Computes credits, taxes and totals of a bill and writes them with its fees and links under an invoice's id. A fee
 * that the invoice cannot hold is named beside it and the rest is billed; one that is charged for a single event is
 * refused with `FeeOutOfRange`, for whoever prices events sets it aside.
 */
export async function writeBill(
  context: Context,
  tx: Tx,
  caller: Caller,
  invoiceId: string,
  bill: Bill,
): Promise<void> {
  const { organizationId, now } = caller
  const resolved = await resolveFeeTaxes(tx, bill.snapshot, bill.fees)
  const { fitting, excess } = fittingFees(resolved)
  await keepUnbilled(context, tx, caller, { invoiceId, currency: bill.currency }, excess)
  const fees = fitting.map(({ fee }) => fee)
  const credited = await creditProgressiveInvoices(tx, { ...bill, fees }, invoiceId)
  const credit = credited.credits.reduce((sum, line) => sum + line.amountCents, 0n)
  const taxesOf = new Map(fitting.map(({ fee, taxes }) => [fee.id, taxes]))
  const taxed = totalInvoice(
    credited.fees.map((fee) => ({ fee, taxes: taxesOf.get(fee.id) ?? [] })),
    credit,
  )
  const { totals } = taxed
  await insertInvoiceLinks(
    tx,
    bill.links.map((link) => linkRow(caller, invoiceId, bill, link)),
  )
  await insertFees(
    tx,
    {
      organizationId,
      customerId: bill.snapshot.customer.id,
      billingEntityId: bill.billingEntityId,
      invoiceId,
      currency: bill.currency,
      exponent: exponentOf(bill.currency),
      selfBilled: bill.snapshot.customer.accountType === 'partner',
      now,
    },
    taxed.fees,
  )
  await insertInvoiceTaxes(tx, { organizationId, id: invoiceId, now }, totals.taxes.appliedTaxes)
  await insertInvoiceReductions(
    tx,
    { organizationId, invoiceId, now },
    credited.credits.map(({ progressiveInvoiceId, amountCents }) => ({
      kind: 'progressive_billing',
      sourceId: progressiveInvoiceId,
      beforeTaxes: true,
      amountCents,
    })),
  )
  await updateInvoice(tx, invoiceId, {
    feesAmountCents: totals.feesAmountCents,
    progressiveBillingCreditAmountCents: totals.progressiveCreditAmountCents,
    subTotalExcludingTaxesAmountCents: totals.subTotalExcludingTaxesAmountCents,
    taxesAmountCents: totals.taxes.taxesAmountCents,
    taxesRate: totals.taxes.taxesRate.toString(),
    subTotalIncludingTaxesAmountCents: totals.subTotalIncludingTaxesAmountCents,
    totalAmountCents: totals.totalAmountCents,
    paymentStatus: unpaidStatus(totals.totalAmountCents),
    updatedAt: ts(now),
  })
}

/** The settings of dates in effect: the customer's, else those of its billing entity (§7.5). */
export function issuingSettingsOf({ customer, entity }: BillingSnapshot): IssuingSettings {
  return {
    graceDays: customer.invoiceGracePeriod ?? entity.invoiceGracePeriod,
    netPaymentTermDays: customer.netPaymentTerm ?? entity.netPaymentTerm,
    anchor: (customer.subscriptionInvoiceIssuingDateAnchor ??
      entity.subscriptionInvoiceIssuingDateAnchor) as IssuingSettings['anchor'],
    adjustment: (customer.subscriptionInvoiceIssuingDateAdjustment ??
      entity.subscriptionInvoiceIssuingDateAdjustment) as IssuingSettings['adjustment'],
  }
}

export function isPeriodic(links: readonly Pick<BillLink, 'reason'>[]): boolean {
  return links.some((link) => link.reason === 'subscription_periodic')
}

async function issuerOf(tx: Tx, bill: Bill) {
  if (bill.billingEntityId === bill.snapshot.entity.id) return bill.snapshot.entity
  return (await findBillingEntity(tx, { id: bill.billingEntityId })) ?? bill.snapshot.entity
}

function linkRow(caller: Caller, invoiceId: string, bill: Bill, link: BillLink) {
  const { windows } = link
  return {
    organizationId: caller.organizationId,
    id: newId(),
    invoiceId,
    subscriptionId: link.subscription.row.id,
    invoicingReason: link.reason,
    isRecurring: link.reason === 'subscription_periodic',
    billingAt: ts(bill.at),
    subscriptionFrom: tsOrNull(windows?.subscription.from ?? null),
    subscriptionTo: tsOrNull(windows?.subscription.to ?? null),
    chargesFrom: tsOrNull(windows?.charges?.from ?? null),
    chargesTo: tsOrNull(windows?.charges?.to ?? null),
    fixedChargesFrom: tsOrNull(windows?.fixedCharges?.from ?? null),
    fixedChargesTo: tsOrNull(windows?.fixedCharges?.to ?? null),
    createdAt: ts(caller.now),
  }
}
