import type { BillPlan } from '../../core/billing/bill-plan.ts'
import type { BillRequest } from '../../core/billing/bill-request.ts'
import { buildBill } from '../../core/billing/build-bills.ts'
import { openBill, QuestionList } from '../../core/billing/usage-questions.ts'
import { answerQuestions } from '../../store/billing/answers.ts'
import { readBillingSnapshot } from '../../store/billing/read-snapshot.ts'
import { type WrittenDocument, writeBills } from '../../store/billing/write-bills.ts'
import type { Tx } from '../../store/database.ts'
import type { Caller, Context } from '../context.ts'
import { announceDocuments } from './announce-documents.ts'
import { refuseUnbilled } from './refuse-unbilled.ts'

/** How long bills are computed before whatever else waits gets its turn. */
const TURN_MS = 10

/**
 * Makes bills, for one customer or for hundreds, in the caller's transaction: reads all that they depend on, asks for
 * their usage, builds them in the core, writes them, and announces them. Nothing is read after the usage, and nothing
 * is written before every bill is whole. The customers are locked by the caller.
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

/** Writes and announces bills that are built; gives their documents in order. */
export async function writePlans(
  context: Context,
  tx: Tx,
  caller: Caller,
  bills: readonly BillPlan[],
): Promise<readonly WrittenDocument[]> {
  refuseUnbilled(context, caller, bills)
  const written = await writeBills(tx, caller.organizationId, bills)
  await announceDocuments(tx, caller, written.documents)
  return written.documents
}

/** Computes one thing after the other, and lets the event loop go on now and then. */
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
