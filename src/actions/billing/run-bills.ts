import type { BillPlan } from '../../core/billing/bill-plan.ts'
import type { BillRequest } from '../../core/billing/bill-request.ts'
import { buildBill } from '../../core/billing/build-bills.ts'
import { openBill, QuestionList } from '../../core/billing/usage-questions.ts'
import { answerQuestions } from '../../store/billing/answers.ts'
import { readBillingSnapshot } from '../../store/billing/read-snapshot.ts'
import { type WrittenDocument, writeBills } from '../../store/billing/write-bills.ts'
import type { Tx } from '../../store/database.ts'
import { scheduleWalletRefresh } from '../../store/ongoing-balances.ts'
import type { Caller, Context } from '../context.ts'
import { announceMovements } from '../wallets/announce-wallets.ts'
import { announceDocuments } from './announce-documents.ts'
import { withSections } from './bill-sections.ts'
import { refuseUnbilled } from './refuse-unbilled.ts'

/** How long to compute bills before yielding to the event loop. */
const TURN_MS = 10

/**
 * Creates bills for one customer or for hundreds, in the caller's transaction: reads everything they depend on,
 * queries their usage, builds them in the core, writes them and sends their webhooks. Nothing but their
 * custom sections is read after the usage, and nothing is written before every bill is complete. The caller has
 * locked the customers.
 */
export async function runBills(
  context: Context,
  tx: Tx,
  caller: Caller,
  requests: readonly BillRequest[],
): Promise<void> {
  if (requests.length === 0) return
  const snapshot = await readBillingSnapshot(tx, requests)
  const questions = new QuestionList()
  const open = await inTurns(requests, (request) => openBill(snapshot, request, questions))
  const answers = await answerQuestions(tx, questions)
  const bills = await inTurns(open, (bill) => buildBill(snapshot, bill, answers))
  await writePlans(context, tx, caller, bills)
}

/**
 * Writes built bills and sends their webhooks, and those of the prepaid credits that they spend; returns their
 * documents in order.
 *
 * @param beforeWebhooks writes what the webhooks show beside the bills, given the ids of the invoices
 */
export async function writePlans(
  context: Context,
  tx: Tx,
  caller: Caller,
  bills: readonly BillPlan[],
  beforeWebhooks?: (invoiceIds: readonly string[]) => Promise<void>,
): Promise<readonly WrittenDocument[]> {
  refuseUnbilled(context, caller, bills)
  const { documents, rows } = await writeBills(tx, caller.organizationId, await withSections(tx, bills))
  await beforeWebhooks?.(documents.flatMap((each) => (each.kind === 'invoice' ? [each.id] : [])))
  await announceDocuments(tx, caller, documents)
  await announceMovements(tx, caller, rows.walletTransactions)
  const customerIds = [...new Set(bills.map(({ customerId }) => customerId))]
  await scheduleWalletRefresh(tx, caller.organizationId, customerIds, caller.now)
  return documents
}

/** Computes items one by one, yielding to the event loop from time to time. */
async function inTurns<T, R>(list: readonly T[], compute: (each: T) => R): Promise<R[]> {
  const results: R[] = []
  let since = performance.now()
  for (const each of list) {
    results.push(compute(each))
    if (performance.now() - since < TURN_MS) continue
    await new Promise<void>((resolve) => setImmediate(resolve))
    since = performance.now()
  }
  return results
}
