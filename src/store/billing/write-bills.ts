import { sql } from 'kysely'
import type { BillPlan, InvoicePlan } from '../../core/billing/bill-plan.ts'
import type { Instant } from '../../core/calendar/instant.ts'
import { endAppliedCoupons } from '../applied-coupons.ts'
import type { Tx } from '../database.ts'
import { type DueItem, scheduleItems } from '../due-items.ts'
import { newId } from '../ids.ts'
import { insertRows } from '../insert-rows.ts'
import { addInvoice, addUninvoicedFees, type BillRows, noRows } from './bill-rows.ts'
import { clearDrafts, replaceDraft } from './drafts.ts'
import { takeNumbers } from './numbers.ts'

/** A written document of a bill, for its webhooks. */
export type WrittenDocument =
  | {
      readonly kind: 'invoice'
      readonly id: string
      readonly plan: InvoicePlan
      /** Its fees caused by single events. */
      readonly eventFeeIds: readonly string[]
    }
  | { readonly kind: 'fees'; readonly ids: readonly string[] }

/** The rows written, by table, and the documents in the order of their webhooks. */
export type WrittenBills = { readonly rows: BillRows; readonly documents: readonly WrittenDocument[] }

/**
 * Writes bills with one insert per table for any number of bills, assigns numbers and schedules what falls due next.
 * The caller has locked the customers.
 */
export async function writeBills(
  tx: Tx,
  organizationId: string,
  bills: readonly BillPlan[],
): Promise<WrittenBills> {
  const plans = bills.flatMap(({ documents }) =>
    documents.flatMap((each) => (each.kind === 'invoice' ? [each.invoice] : [])),
  )
  const replaced = plans.flatMap(({ replaces }) => replaces ?? [])
  if (replaced.length > 0) await clearDrafts(tx, replaced)
  const numbers = await takeNumbers(tx, plans)
  const numberOf = new Map(plans.map((plan, i) => [plan, numbers[i]]))
  const rows = noRows()
  const documents = bills.flatMap((bill) =>
    bill.documents.map((document): WrittenDocument => {
      if (document.kind === 'uninvoiced_fees') {
        return { kind: 'fees', ids: addUninvoicedFees(rows, organizationId, document.fees) }
      }
      const plan = document.invoice
      const number = numberOf.get(plan)
      if (!number) throw new Error('an invoice without a number')
      const id = plan.replaces ?? newId()
      return { kind: 'invoice', id, plan, eventFeeIds: addInvoice(rows, organizationId, id, plan, number) }
    }),
  )
  await insertAll(tx, rows, new Set(replaced))
  await attachFees(tx, documents)
  await endUsedCoupons(tx, plans)
  await scheduleItems(tx, organizationId, [
    ...documents.flatMap(dueItemsOf),
    ...bills.flatMap(({ nextBillings }) => nextBillings.flatMap(billingItemOf)),
  ])
  return { rows, documents }
}

async function insertAll(tx: Tx, rows: BillRows, replaced: ReadonlySet<string>): Promise<void> {
  const isReplaced = ({ id }: { readonly id: string }) => replaced.has(id)
  await insertRows(
    tx,
    'invoices',
    rows.invoices.filter((row) => !isReplaced(row)),
  )
  for (const row of rows.invoices.filter(isReplaced)) await replaceDraft(tx, row)
  await insertRows(tx, 'invoiceSubscriptions', rows.invoiceSubscriptions)
  await insertRows(tx, 'fees', rows.fees)
  await insertRows(tx, 'feeTaxes', rows.feeTaxes)
  await insertRows(tx, 'invoiceTaxes', rows.invoiceTaxes)
  await insertRows(tx, 'invoiceReductions', rows.invoiceReductions)
  await insertRows(tx, 'walletTransactions', rows.walletTransactions)
  await insertRows(tx, 'walletTransactionConsumptions', rows.walletTransactionConsumptions)
  await insertRows(tx, 'invoicePayments', rows.invoicePayments)
  await insertRows(tx, 'appliedUsageThresholds', rows.appliedUsageThresholds)
  await insertRows(tx, 'appliedCustomSections', rows.appliedCustomSections)
  await insertRows(tx, 'unbilledFees', rows.unbilledFees)
}

/** Moves fees that were already paid onto their invoices. */
async function attachFees(tx: Tx, documents: readonly WrittenDocument[]): Promise<void> {
  const attached = documents.flatMap((document) =>
    document.kind === 'fees'
      ? []
      : document.plan.attachedFeeIds.map((feeId) => ({
          feeId,
          invoiceId: document.id,
          at: new Date(document.plan.createdAt).toISOString(),
        })),
  )
  if (attached.length === 0) return
  await sql`
    update fees f set invoice_id = a.invoice_id, updated_at = a.at
    from unnest(${attached.map((each) => each.feeId)}::uuid[], ${attached.map((each) => each.invoiceId)}::uuid[],
      ${attached.map((each) => each.at)}::timestamptz[]) as a (fee_id, invoice_id, at)
    where f.id = a.fee_id`.execute(tx)
}

/** Ends the coupons that the invoices used up. */
async function endUsedCoupons(tx: Tx, plans: readonly InvoicePlan[]): Promise<void> {
  const used = plans.flatMap(({ reductions, outcome, createdAt }) =>
    reductions
      .filter(({ kind, endsSource }) => kind === 'coupon' && endsSource === true)
      .map(({ sourceId }) => ({
        id: sourceId,
        at: 'finalizedAt' in outcome ? outcome.finalizedAt : createdAt,
      })),
  )
  await endAppliedCoupons(tx, used, 'use')
}

function billingItemOf(next: BillPlan['nextBillings'][number]): DueItem[] {
  if (next.at === null) return []
  return [{ kind: 'subscription_billing', subjectId: next.subscriptionId, dueAt: next.at }]
}

/** Due items for finalizing a new draft, and for marking a finalized invoice overdue. */
function dueItemsOf(document: WrittenDocument): DueItem[] {
  if (document.kind !== 'invoice') return []
  const { id: subjectId, plan } = document
  const { outcome } = plan
  const item = (kind: DueItem['kind'], dueAt: Instant): DueItem[] => [{ kind, subjectId, dueAt }]
  if (outcome.status === 'draft') {
    return plan.replaces === null ? item('invoice_finalization', outcome.finalizationAt) : []
  }
  if (outcome.status === 'finalized' && outcome.overdueAt !== null) {
    return item('invoice_overdue', outcome.overdueAt)
  }
  return []
}
