import { Decimal } from '../../core/amounts/decimal.ts'
import { addDays } from '../../core/calendar/calendar-date.ts'
import { localDate } from '../../core/calendar/zone.ts'
import { draftNumber } from '../../core/invoicing/numbering.ts'
import { billWindows } from '../../core/subscriptions/windows.ts'
import type { BillingSnapshot, SubscriptionSnapshot } from '../../store/billing-snapshot.ts'
import type { Tx } from '../../store/database.ts'
import { newId } from '../../store/ids.ts'
import { insertInvoice, insertInvoiceLinks, insertInvoiceTaxes, updateInvoice } from '../../store/invoices.ts'
import { attachFees, type PaidFee, taxLinesOfFees, unbilledPaidFees } from '../../store/paid-fees.ts'
import { ts } from '../../store/values.ts'
import type { Caller, Context } from '../context.ts'
import type { SubscriptionsBill } from './bill-subscriptions.ts'
import { issuingSettingsOf } from './create-invoice.ts'
import { issueInvoice } from './issue-invoice.ts'

/** Rate decimals on a statement (§7.9). */
const RATE_SCALE = 2

/**
 * Puts usage fees that were paid without an invoice on a statement, one for each purchase order number: an
 * `advance_charges` invoice whose amounts and taxes are the sums of its fees (subscriptions-and-invoicing §7.9). Only
 * plans with a charge that regroups paid fees ask for it.
 */
export async function billPaidFees(
  context: Context,
  tx: Tx,
  caller: Caller,
  snapshot: BillingSnapshot,
  bill: SubscriptionsBill,
): Promise<void> {
  const regrouping = snapshot.subscriptions.filter((s) =>
    s.charges.some((charge) => charge.regroupPaidFees === 'invoice'),
  )
  if (regrouping.length === 0) return
  const isRenewal = bill.entries.every((entry) => entry.reason === 'subscription_periodic')
  const fees = await unbilledPaidFees(tx, {
    customerId: snapshot.customer.id,
    externalSubscriptionIds: [...new Set(snapshot.subscriptions.map((s) => s.row.externalId))],
    paidBy: bill.at,
    windowEndBefore: isRenewal ? bill.at : null,
  })
  if (fees.length === 0) return
  const numbers = [...new Set(snapshot.subscriptions.map((s) => s.row.purchaseOrderNumber))]
  for (const number of numbers) {
    const subscriptions = snapshot.subscriptions.filter((s) => s.row.purchaseOrderNumber === number)
    const externalIds = new Set(subscriptions.map((s) => s.row.externalId))
    const externalIdOf = await externalIdsOf(tx, fees)
    const own = fees.filter((fee) => externalIds.has(externalIdOf.get(fee.subscriptionId) ?? ''))
    if (own.length > 0) await writeStatement(context, tx, caller, snapshot, subscriptions, own, bill, number)
  }
}

async function externalIdsOf(tx: Tx, fees: readonly PaidFee[]): Promise<ReadonlyMap<string, string>> {
  const rows = await tx
    .selectFrom('subscriptions')
    .select(['id', 'externalId'])
    .where('id', 'in', [...new Set(fees.map((fee) => fee.subscriptionId))])
    .execute()
  return new Map(rows.map((row) => [row.id, row.externalId]))
}

async function writeStatement(
  context: Context,
  tx: Tx,
  caller: Caller,
  snapshot: BillingSnapshot,
  subscriptions: readonly SubscriptionSnapshot[],
  fees: readonly PaidFee[],
  bill: SubscriptionsBill,
  purchaseOrderNumber: string | null,
): Promise<void> {
  const { organizationId, now } = caller
  const id = newId()
  const settings = issuingSettingsOf(snapshot)
  const issuingOn = localDate(bill.at, snapshot.zone)
  const feesCents = fees.reduce((sum, fee) => sum + fee.amountCents, 0n)
  const taxesCents = fees.reduce((sum, fee) => sum + fee.taxesAmountCents, 0n)
  const rate =
    feesCents === 0n
      ? Decimal.zero
      : Decimal.of(taxesCents).times(Decimal.hundred).dividedBy(Decimal.of(feesCents), RATE_SCALE)
  await insertInvoice(tx, {
    organizationId,
    id,
    customerId: snapshot.customer.id,
    billingEntityId: snapshot.entity.id,
    number: draftNumber(snapshot.entity.documentNumberPrefix),
    invoiceType: 'advance_charges',
    status: 'generating',
    currency: subscriptions[0]?.plan.amountCurrency ?? snapshot.customer.currency ?? 'USD',
    timezone: snapshot.zone,
    issuingDate: issuingOn,
    paymentDueDate: addDays(issuingOn, settings.netPaymentTermDays),
    netPaymentTerm: settings.netPaymentTermDays,
    billingAt: ts(bill.at),
    purchaseOrderNumber,
    selfBilled: snapshot.customer.accountType === 'partner',
    createdAt: ts(now),
    updatedAt: ts(now),
  })
  const feeIds = fees.map((fee) => fee.id)
  await attachFees(tx, feeIds, id, now)
  await insertInvoiceLinks(
    tx,
    subscriptions.map((s) => linkRow(caller, id, s, snapshot, bill)),
  )
  await insertInvoiceTaxes(tx, { organizationId, id, now }, await taxLinesOfFees(tx, feeIds))
  await updateInvoice(tx, id, {
    feesAmountCents: feesCents,
    subTotalExcludingTaxesAmountCents: feesCents,
    taxesAmountCents: taxesCents,
    taxesRate: rate.toString(),
    subTotalIncludingTaxesAmountCents: feesCents + taxesCents,
    totalAmountCents: feesCents + taxesCents,
    totalPaidAmountCents: feesCents + taxesCents,
  })
  await issueInvoice(context, tx, caller, id)
}

function linkRow(
  caller: Caller,
  invoiceId: string,
  subscription: SubscriptionSnapshot,
  snapshot: BillingSnapshot,
  bill: SubscriptionsBill,
) {
  const windows = billWindows({
    plan: subscription.billingPlan,
    subscription: subscription.billing,
    at: bill.at,
    zone: snapshot.zone,
    current: false,
  })
  const window = windows.charges ?? windows.subscription
  return {
    organizationId: caller.organizationId,
    id: newId(),
    invoiceId,
    subscriptionId: subscription.row.id,
    invoicingReason: 'in_advance_charge_periodic',
    isRecurring: false,
    billingAt: ts(bill.at),
    subscriptionFrom: ts(window.from),
    subscriptionTo: ts(window.to),
    chargesFrom: ts(window.from),
    chargesTo: ts(window.to),
    fixedChargesFrom: ts(window.from),
    fixedChargesTo: ts(window.to),
    createdAt: ts(caller.now),
  }
}
