import { Decimal } from '../../core/amounts/decimal.ts'
import { addDays } from '../../core/calendar/calendar-date.ts'
import { localDate } from '../../core/calendar/zone.ts'
import { draftNumber } from '../../core/invoicing/numbering.ts'
import { billWindows, type Window } from '../../core/subscriptions/windows.ts'
import {
  type BillingSnapshot,
  readBillingSnapshot,
  type SubscriptionSnapshot,
} from '../../store/billing-snapshot.ts'
import type { Tx } from '../../store/database.ts'
import { newId } from '../../store/ids.ts'
import { insertInvoicePayments } from '../../store/invoice-payments.ts'
import { insertInvoice, insertInvoiceLinks, insertInvoiceTaxes, updateInvoice } from '../../store/invoices.ts'
import {
  attachFees,
  type PaidFee,
  startedSubscriptionIds,
  taxLinesOfFees,
  unbilledPaidFees,
} from '../../store/paid-fees.ts'
import { ts } from '../../store/values.ts'
import type { Caller, Context } from '../context.ts'
import type { SubscriptionsBill } from './bill.ts'
import { issuingSettingsOf } from './create-invoice.ts'
import { issueInvoice } from './issue-invoice.ts'

/** Rate decimals on a statement (§7.9). */
const RATE_SCALE = 2

/**
 * Puts usage fees that were paid without an invoice on statements: `advance_charges` invoices whose amounts and taxes
 * are the sums of their fees (subscriptions-and-invoicing §7.9). They are made when a plan of the billed subscriptions,
 * or of those that they followed, has a charge that regroups paid fees.
 */
export async function billPaidFees(
  context: Context,
  tx: Tx,
  caller: Caller,
  snapshot: BillingSnapshot,
  bill: SubscriptionsBill,
): Promise<void> {
  const externalIds = [...new Set(snapshot.subscriptions.map((s) => s.row.externalId))]
  const chain = await readChain(tx, snapshot, externalIds)
  const regroups = (s: SubscriptionSnapshot) =>
    s.charges.some((charge) => charge.regroupPaidFees === 'invoice')
  if (!chain.some(regroups)) return
  const isRenewal = bill.entries.every((entry) => entry.reason === 'subscription_periodic')
  const fees = await unbilledPaidFees(tx, {
    customerId: snapshot.customer.id,
    externalSubscriptionIds: externalIds,
    paidBy: bill.at,
    windowEndBefore: isRenewal ? bill.at : null,
  })
  for (const own of statementsOf(snapshot, chain, fees)) {
    const subscriptions = chain.filter((s) => own.some((fee) => fee.subscriptionId === s.row.id))
    await writeStatement(context, tx, caller, { snapshot, subscriptions, fees: own, bill })
  }
}

/** Fees that share a statement: of one currency, one issuer and one purchase order number. */
function statementsOf(
  snapshot: BillingSnapshot,
  chain: readonly SubscriptionSnapshot[],
  fees: readonly PaidFee[],
): readonly (readonly PaidFee[])[] {
  const places = new Map(
    chain.map((s) => [s.row.id, [issuerOf(snapshot, s), s.row.purchaseOrderNumber] as const]),
  )
  const statements = new Map<string, PaidFee[]>()
  for (const fee of fees) {
    const place = places.get(fee.subscriptionId)
    if (!place) continue
    const key = JSON.stringify([fee.currency, ...place])
    const statement = statements.get(key)
    if (statement) statement.push(fee)
    else statements.set(key, [fee])
  }
  return [...statements.values()]
}

/** The billing entity that issues a subscription's invoices: its own, else the customer's (§2.1). */
function issuerOf(snapshot: BillingSnapshot, { row }: SubscriptionSnapshot): string {
  return row.billingEntityId ?? snapshot.customer.billingEntityId
}

/** The started subscriptions of a customer with these external ids, in the order of their start. */
async function readChain(
  tx: Tx,
  snapshot: BillingSnapshot,
  externalIds: readonly string[],
): Promise<readonly SubscriptionSnapshot[]> {
  const ids = await startedSubscriptionIds(tx, snapshot.customer.id, externalIds)
  return (await readBillingSnapshot(tx, snapshot.customer.id, ids))?.subscriptions ?? []
}

type Statement = {
  readonly snapshot: BillingSnapshot
  readonly subscriptions: readonly SubscriptionSnapshot[]
  readonly fees: readonly PaidFee[]
  readonly bill: SubscriptionsBill
}

async function writeStatement(
  context: Context,
  tx: Tx,
  caller: Caller,
  { snapshot, subscriptions, fees, bill }: Statement,
): Promise<void> {
  const { organizationId, now } = caller
  const [first] = subscriptions
  const [fee] = fees
  if (!first || !fee) throw new Error('a statement of nothing')
  const id = newId()
  const settings = issuingSettingsOf(snapshot)
  const issuingOn = localDate(bill.at, snapshot.zone)
  const feesCents = fees.reduce((sum, { amountCents }) => sum + amountCents, 0n)
  const taxesCents = fees.reduce((sum, { taxesAmountCents }) => sum + taxesAmountCents, 0n)
  const rate =
    feesCents === 0n
      ? Decimal.zero
      : Decimal.of(taxesCents).times(Decimal.hundred).dividedBy(Decimal.of(feesCents), RATE_SCALE)
  await insertInvoice(tx, {
    organizationId,
    id,
    customerId: snapshot.customer.id,
    billingEntityId: issuerOf(snapshot, first),
    number: draftNumber(snapshot.entity.documentNumberPrefix),
    invoiceType: 'advance_charges',
    status: 'generating',
    currency: fee.currency,
    timezone: snapshot.zone,
    issuingDate: issuingOn,
    paymentDueDate: addDays(issuingOn, settings.netPaymentTermDays),
    netPaymentTerm: settings.netPaymentTermDays,
    billingAt: ts(bill.at),
    purchaseOrderNumber: first.row.purchaseOrderNumber,
    selfBilled: snapshot.customer.accountType === 'partner',
    createdAt: ts(now),
    updatedAt: ts(now),
  })
  const feeIds = fees.map(({ id: feeId }) => feeId)
  await attachFees(tx, feeIds, id, now)
  const window = statementWindow(snapshot, subscriptions, bill)
  await insertInvoiceLinks(
    tx,
    subscriptions.map((s) => linkRow(caller, id, s, window, bill)),
  )
  await insertInvoiceTaxes(tx, { organizationId, id, now }, await taxLinesOfFees(tx, feeIds))
  await updateInvoice(tx, id, {
    feesAmountCents: feesCents,
    subTotalExcludingTaxesAmountCents: feesCents,
    taxesAmountCents: taxesCents,
    taxesRate: rate.toString(),
    subTotalIncludingTaxesAmountCents: feesCents + taxesCents,
    totalAmountCents: feesCents + taxesCents,
  })
  const paid = { invoiceId: id, kind: 'fees', amountCents: feesCents + taxesCents, paidAt: bill.at } as const
  await insertInvoicePayments(tx, caller, paid.amountCents === 0n ? [] : [paid])
  await issueInvoice(context, tx, caller, id)
}

/** All windows of a statement: the charges period of the subscription that started last. */
function statementWindow(
  snapshot: BillingSnapshot,
  subscriptions: readonly SubscriptionSnapshot[],
  bill: SubscriptionsBill,
): Window {
  const last = subscriptions.reduce((a, b) => (b.billing.startedAt >= a.billing.startedAt ? b : a))
  const windows = billWindows({
    plan: last.billingPlan,
    subscription: last.billing,
    at: bill.at,
    zone: snapshot.zone,
    current: false,
  })
  return windows.charges ?? windows.subscription
}

function linkRow(
  caller: Caller,
  invoiceId: string,
  subscription: SubscriptionSnapshot,
  window: Window,
  bill: SubscriptionsBill,
) {
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
