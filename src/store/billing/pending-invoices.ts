import { type Selectable, sql } from 'kysely'
import { Decimal } from '../../core/amounts/decimal.ts'
import type { CompletedInvoice, PendingFee, PendingInvoice } from '../../core/billing/pending-invoice.ts'
import type { AvailableWallets } from '../../core/billing/reductions/available.ts'
import { payableKey } from '../../core/billing/reductions/prepaid.ts'
import type { FeeType } from '../../core/invoicing/fee-draft.ts'
import type { GroupedBy } from '../../core/metering/usage.ts'
import type { IssuingSettings } from '../../core/subscriptions/issuing-dates.ts'
import type { Tax } from '../../core/taxes/tax.ts'
import { spentByKind } from '../../core/wallets/spend.ts'
import type { Tx } from '../database.ts'
import { newId } from '../ids.ts'
import { insertRows } from '../insert-rows.ts'
import type { Fees, FeeTaxes, Invoices } from '../rows.ts'
import { anyOf, groupedBy, ts } from '../values.ts'
import { insertMovements } from '../wallet-transactions.ts'
import { takeFromCreditNotes } from '../write-credit-notes.ts'
import type { InvoiceNumber } from './bill-rows.ts'
import { feeTaxRow, invoiceTaxRow } from './tax-rows.ts'
import { addSpendings, type WalletRows } from './wallet-rows.ts'

/** An invoice that waits for taxes, with what its number and its webhook depend on. */
export type PendingInvoiceRow = {
  readonly invoice: PendingInvoice
  readonly billingEntityId: string
  /** Whether it stays open until it is paid. */
  readonly awaitsPayment: boolean
}

/** The invoices of a customer that wait for taxes, oldest first, locked. The caller has locked the customer. */
export async function lockPendingInvoices(tx: Tx, customerId: string): Promise<readonly PendingInvoiceRow[]> {
  const rows = await tx
    .selectFrom('invoices')
    .selectAll()
    .where('customerId', '=', customerId)
    // One that is open waits for its payment too.
    .where('status', 'in', ['pending', 'open'])
    .where('taxStatus', '=', 'pending')
    .orderBy('createdAt')
    .orderBy('id')
    .forNoKeyUpdate()
    .execute()
  if (rows.length === 0) return []
  const ids = anyOf(rows.map(({ id }) => id))
  const [fees, known, periods, charges] = await Promise.all([
    tx
      .selectFrom('fees')
      .selectAll()
      .where('invoiceId', '=', ids)
      .orderBy('createdAt')
      .orderBy('id')
      .execute(),
    tx
      .selectFrom('feeTaxes as t')
      .innerJoin('fees as f', 'f.id', 't.feeId')
      .selectAll('t')
      .where('f.invoiceId', '=', ids)
      .orderBy('t.id')
      .execute(),
    tx
      .selectFrom('invoiceSubscriptions as l')
      .innerJoin('subscriptions as s', 's.id', 'l.subscriptionId')
      .select(['l.invoiceId', 'l.isRecurring', 's.id as subscriptionId', 's.planId'])
      .where('l.invoiceId', '=', ids)
      .execute(),
    tx
      .selectFrom('charges as c')
      .innerJoin('fees as f', 'f.chargeId', 'c.id')
      .select(['c.id', 'c.billableMetricId as metricId', 'c.acceptsTargetWallet'])
      .distinct()
      .where('f.invoiceId', '=', ids)
      .execute(),
  ])
  const feesOf = groupedBy(fees, ({ invoiceId }) => invoiceId)
  const knownOf = groupedBy(known, ({ feeId }) => feeId)
  const chargeOf = new Map(charges.map(({ id, ...charge }) => [id, charge]))
  const periodsOf = groupedBy(periods, ({ invoiceId }) => invoiceId)
  return rows.map((row) => {
    const own = periodsOf.get(row.id) ?? []
    return {
      invoice: {
        ...headOf(row),
        fees: (feesOf.get(row.id) ?? []).map((fee) => feeOf(fee, knownOf.get(fee.id), chargeOf)),
        planIds: new Map(own.map(({ subscriptionId, planId }) => [subscriptionId, planId])),
        isPeriodic: own.some(({ isRecurring }) => isRecurring),
      },
      billingEntityId: row.billingEntityId,
      awaitsPayment: row.status === 'open',
    }
  })
}

function headOf(row: Selectable<Invoices>): Omit<PendingInvoice, 'fees' | 'planIds' | 'isPeriodic'> {
  return {
    id: row.id,
    invoiceType: row.invoiceType,
    currency: row.currency,
    subTotalExcludingTaxesAmountCents: row.subTotalExcludingTaxesAmountCents,
    zone: row.timezone,
    issuingOn: row.issuingDate,
    paymentDueOn: row.paymentDueDate,
    settings: row.issuingSettings as IssuingSettings,
    wantedAt: row.finalizedAt ?? row.createdAt,
  }
}

function feeOf(
  row: Selectable<Fees>,
  known: readonly Selectable<FeeTaxes>[] | undefined,
  charges: AvailableWallets['charges'],
): PendingFee {
  const reduction = Decimal.of(row.preciseProgressiveCreditAmountCents)
  return {
    id: row.id,
    feeType: row.feeType as FeeType,
    chargeId: row.chargeId,
    fixedChargeId: row.fixedChargeId,
    addOnId: row.addOnId,
    minimumCommitmentId: row.minimumCommitmentId,
    subscriptionId: row.subscriptionId,
    amountCents: row.amountCents,
    preciseAmountCents: Decimal.of(row.preciseAmountCents),
    preciseReductionCents: reduction.plus(Decimal.of(row.preciseCouponsAmountCents)),
    knownTaxes: known?.map(taxOfFee) ?? null,
    payable: payableKey(
      { feeType: row.feeType as FeeType, chargeId: row.chargeId, groupedBy: row.groupedBy as GroupedBy },
      charges,
    ),
  }
}

function taxOfFee(row: Selectable<FeeTaxes>): Tax {
  return {
    id: row.taxId ?? row.id,
    code: row.taxCode,
    name: row.taxName,
    description: row.taxDescription,
    rate: Decimal.of(row.taxRate),
  }
}

/**
 * Writes the taxes, reductions, totals, dates and number of an invoice that waited for taxes, and makes it final;
 * without a number it stays open until it is paid.
 */
export async function writeCompletedInvoice(
  tx: Tx,
  organizationId: string,
  invoice: CompletedInvoice,
  number: InvoiceNumber | null,
): Promise<void> {
  const { id: invoiceId, fees, finalizedAt: createdAt } = invoice
  await sql`
    update fees f set taxes_amount_cents = t.cents, taxes_precise_amount_cents = t.precise, taxes_rate = t.rate
    from unnest(${fees.map(({ id }) => id)}::uuid[], ${fees.map(({ taxes }) => taxes.taxesAmountCents)}::bigint[],
      ${fees.map(({ taxes }) => taxes.taxesPreciseAmountCents.round(15).toString())}::numeric[],
      ${fees.map(({ taxes }) => taxes.taxesRate.toString())}::numeric[]) as t (id, cents, precise, rate)
    where f.id = t.id`.execute(tx)
  const feeTaxes = fees.flatMap(({ id, taxes }) =>
    taxes.appliedTaxes.map((tax) => feeTaxRow({ organizationId, feeId: id, createdAt }, tax)),
  )
  await insertRows(tx, 'feeTaxes', feeTaxes)
  // The lines of known taxes were sums of some fees only.
  await tx.deleteFrom('invoiceTaxes').where('invoiceId', '=', invoiceId).execute()
  const invoiceTaxes = invoice.taxes.appliedTaxes.map((tax) =>
    invoiceTaxRow({ organizationId, invoiceId, createdAt }, tax),
  )
  await insertRows(tx, 'invoiceTaxes', invoiceTaxes)
  if (invoice.creditNotes.length > 0) await writeCreditNoteUses(tx, organizationId, invoice)
  await writeSpendings(tx, organizationId, invoice)
  await finish(tx, invoice, number)
}

async function writeSpendings(tx: Tx, organizationId: string, invoice: CompletedInvoice): Promise<void> {
  const { id: invoiceId, spendings, finalizedAt: createdAt } = invoice
  if (spendings.length === 0) return
  const reductions = spendings.map(({ walletId, amountCents }) => ({
    ...{
      organizationId,
      id: newId(),
      invoiceId,
      kind: 'prepaid_credit',
      sourceId: walletId,
      amountCents,
      createdAt,
    },
    beforeTaxes: false,
  }))
  await insertRows(tx, 'invoiceReductions', reductions)
  const rows: WalletRows = { walletTransactions: [], walletTransactionConsumptions: [] }
  addSpendings(rows, { organizationId, invoiceId, at: createdAt }, spendings)
  await insertMovements(tx, rows)
}

async function writeCreditNoteUses(tx: Tx, organizationId: string, invoice: CompletedInvoice): Promise<void> {
  const { id: invoiceId, creditNotes, creditNoteShares, finalizedAt: createdAt } = invoice
  const rows = creditNotes.map(({ kind, sourceId, isBeforeTaxes, amountCents }) => ({
    ...{ organizationId, id: newId(), invoiceId, kind, sourceId, amountCents, createdAt },
    beforeTaxes: isBeforeTaxes,
  }))
  await insertRows(tx, 'invoiceReductions', rows)
  await sql`
    update fees f set precise_credit_notes_amount_cents = s.cents
    from unnest(${creditNoteShares.map(({ id }) => id)}::uuid[],
      ${creditNoteShares.map(({ cents }) => cents.toString())}::numeric[]) as s (id, cents)
    where f.id = s.id`.execute(tx)
  await takeFromCreditNotes(
    tx,
    creditNotes.map(({ sourceId, amountCents }) => ({ id: sourceId, amountCents, at: createdAt })),
  )
}

async function finish(tx: Tx, invoice: CompletedInvoice, number: InvoiceNumber | null): Promise<void> {
  const { taxesAmountCents, taxesRate } = invoice.taxes
  const spent = spentByKind(invoice.spendings)
  await tx
    .updateTable('invoices')
    .set((eb) => ({
      taxesAmountCents,
      taxesRate: taxesRate.toString(),
      subTotalIncludingTaxesAmountCents: eb('subTotalExcludingTaxesAmountCents', '+', taxesAmountCents),
      creditNotesAmountCents: invoice.creditNotesAmountCents,
      prepaidCreditAmountCents: invoice.prepaidCreditAmountCents,
      prepaidGrantedCreditAmountCents: spent.granted || null,
      prepaidPurchasedCreditAmountCents: spent.purchased || null,
      totalAmountCents: invoice.totalAmountCents,
    }))
    .where('id', '=', invoice.id)
    .execute()
  // The payment state depends on the total that was just written.
  await tx
    .updateTable('invoices')
    .set({
      taxStatus: 'succeeded',
      ...(number === null ? {} : { status: 'finalized', ...number, finalizedAt: ts(invoice.finalizedAt) }),
      paymentStatus: sql<string>`(select s.payment_status from weir_payment_state(organization_id, id) s)`,
      issuingDate: invoice.dates.issuingOn,
      paymentDueDate: invoice.dates.paymentDueOn,
      updatedAt: ts(invoice.finalizedAt),
    })
    .where('id', '=', invoice.id)
    .execute()
}
