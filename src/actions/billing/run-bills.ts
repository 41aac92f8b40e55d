import type { BillPlan } from '../../core/billing/bill-plan.ts'
import type { BillRequest } from '../../core/billing/bill-request.ts'
import { invoicesAskingForSections, withSections } from '../../core/billing/bill-sections.ts'
import { buildBill } from '../../core/billing/build-bills.ts'
import { openBill, QuestionList } from '../../core/billing/usage-questions.ts'
import { answerQuestions } from '../../store/billing/answers.ts'
import { readBillingSnapshot } from '../../store/billing/read-snapshot.ts'
import { type WrittenDocument, writeBills } from '../../store/billing/write-bills.ts'
import type { Tx } from '../../store/database.ts'
import { readDraftNotes } from '../../store/draft-notes.ts'
import { readSectionFacts } from '../../store/invoice-custom-sections.ts'
import { scheduleWalletRefresh } from '../../store/ongoing-balances.ts'
import type { Caller, Context } from '../context.ts'
import { issueCreditNotes } from '../credit-notes/issue-credit-notes.ts'
import { renewDraftNotes } from '../credit-notes/renew-draft-notes.ts'
import { announceMovements } from '../wallets/announce-wallets.ts'
import { announceDocuments } from './announce-documents.ts'
import { refuseUnbilled } from './refuse-unbilled.ts'

/** How long to compute bills before yielding to the event loop. */
const TURN_MS = 10

/**
 * Creates bills for one customer or for hundreds, in the caller's transaction: reads everything they depend on,
 * queries their usage, builds them in the core, writes them and sends their webhooks. Nothing that they depend on is
 * read after the usage, and nothing is written before every bill is complete. The caller has locked the customers.
 */
export async function runBills(
  context: Context,
  tx: Tx,
  caller: Caller,
  requests: readonly BillRequest[],
): Promise<void> {
  if (requests.length === 0) return
  const customerIds = [...new Set(requests.map(({ customerId }) => customerId))]
  const [snapshot, sections] = await Promise.all([
    readBillingSnapshot(tx, requests),
    readSectionFacts(tx, customerIds),
  ])
  const questions = new QuestionList()
  const open = await inTurns(requests, (request) => openBill(snapshot, request, questions))
  const answers = await answerQuestions(tx, questions)
  const bills = await inTurns(open, (bill) => buildBill(snapshot, bill, answers))
  await writePlans(context, tx, caller, withSections(bills, sections))
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
  const drafts = await readDraftNotes(tx, replacedBy(bills))
  const written = await writeBills(tx, caller.organizationId, await sectionedBills(tx, bills))
  const { documents, rows, creditNoteIds } = written
  const renewed = await renewDraftNotes(tx, caller, drafts)
  await beforeWebhooks?.(documents.flatMap((each) => (each.kind === 'invoice' ? [each.id] : [])))
  await issueCreditNotes(tx, caller, [...creditNoteIds, ...renewed])
  await announceDocuments(tx, caller, documents)
  await announceMovements(tx, caller, rows.walletTransactions)
  const customerIds = [...new Set(bills.map(({ customerId }) => customerId))]
  await scheduleWalletRefresh(tx, caller.organizationId, customerIds, caller.now)
  return documents
}

/** The same bills with the custom sections that their customers and subscriptions selected, unless they have them. */
async function sectionedBills(tx: Tx, bills: readonly BillPlan[]): Promise<readonly BillPlan[]> {
  const asking = invoicesAskingForSections(bills)
  if (asking.length === 0) return bills
  const customerIds = [...new Set(asking.map(({ customer }) => customer.id))]
  return withSections(bills, await readSectionFacts(tx, customerIds))
}

function replacedBy(bills: readonly BillPlan[]): readonly string[] {
  return bills.flatMap(({ documents }) =>
    documents.flatMap((each) => (each.kind === 'invoice' ? (each.invoice.replaces ?? []) : [])),
  )
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
