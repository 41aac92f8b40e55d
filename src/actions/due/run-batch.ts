import {
  type BatchHead,
  type ClaimedItem,
  claimBatch,
  claimCustomers,
  customersAtHead,
} from '../../store/billing/claim.ts'
import type { Tx } from '../../store/database.ts'
import { findDueHead, shareDueWork, type Waiting } from '../../store/due-items.ts'
import { isDatabaseAway } from '../../store/lost-connection.ts'
import { inTransaction } from '../../store/transaction.ts'
import type { Context } from '../context.ts'
import {
  type BatchAction,
  callerAt,
  type DueActions,
  type DueFailure,
  type DueRun,
  keepFailures,
  type Step,
} from './due-action.ts'

/** Claimed items, and their action. */
type Batch = {
  readonly action: BatchAction
  readonly head: BatchHead
  readonly items: readonly ClaimedItem[]
}

const OTHER_WAY: Step = { kind: 'other_way' }

/**
 * Processes one batch of the first due items. If it fails, it is rolled back and halved until the failing customer is
 * isolated; everyone else's items are processed. If other processes hold all remaining items, waits for the first
 * one.
 */
export async function runBatch(
  context: Context,
  actions: DueActions,
  run: DueRun,
  waiting: Waiting,
): Promise<Step> {
  const { organizationId } = run
  let claimed: Batch | undefined
  try {
    const step = await inTransaction(context.database, organizationId, async (tx): Promise<Step | 'held'> => {
      claimed = undefined
      await shareDueWork(tx, organizationId)
      const head = await findDueHead(tx, run.until, waiting)
      if (!head) return { kind: 'none' }
      const action = actions[head.kind]
      if (typeof action === 'function') return OTHER_WAY
      const batch = { ...head, kind: action.kind }
      const items = await claimBatch(tx, batch, waiting, action.itemsMax)
      if (items.length === 0) return 'held'
      claimed = { action, head: batch, items }
      return act(context, tx, run, claimed)
    })
    return step === 'held' ? await awaitHeld(context, actions, run, waiting) : step
  } catch (error) {
    if (!claimed || isDatabaseAway(error)) throw error
    return halve(context, run, claimed, error)
  }
}

async function act(context: Context, tx: Tx, run: DueRun, { action, head, items }: Batch): Promise<Step> {
  if (items.length === 0) return { kind: 'done', items: 0, isFull: false, failures: [] }
  const caller = await callerAt(context, tx, run.organizationId, head.dueAt)
  await action.act(context, tx, caller, items)
  return { kind: 'done', items: items.length, isFull: items.length >= action.itemsMax, failures: [] }
}

/** Processes one customer's items alone, after waiting for the customer's lock. */
async function awaitHeld(
  context: Context,
  actions: DueActions,
  run: DueRun,
  waiting: Waiting,
): Promise<Step> {
  const found = await context.database.read(run.organizationId, async (reads) => {
    const head = await findDueHead(reads, run.until, waiting)
    const action = head && actions[head.kind]
    if (!head || !action || typeof action === 'function') return head ? OTHER_WAY : NOTHING
    const batch = { ...head, kind: action.kind }
    return { action, head: batch, customerIds: await customersAtHead(reads, batch, waiting, 1) }
  })
  return 'kind' in found ? found : runCustomers(context, run, found, found.customerIds)
}

const NOTHING: Step = { kind: 'none' }

/** Processes the items of the given customers in one transaction, and in halves if that fails. */
async function runCustomers(
  context: Context,
  run: DueRun,
  { action, head }: Pick<Batch, 'action' | 'head'>,
  customerIds: readonly string[],
): Promise<Step> {
  let items: readonly ClaimedItem[] = []
  try {
    return await inTransaction(context.database, run.organizationId, async (tx) => {
      await shareDueWork(tx, run.organizationId)
      items = await claimCustomers(tx, head, customerIds)
      return act(context, tx, run, { action, head, items })
    })
  } catch (error) {
    if (items.length === 0 || isDatabaseAway(error)) throw error
    return halve(context, run, { action, head, items }, error)
  }
}

async function halve(context: Context, run: DueRun, batch: Batch, error: unknown): Promise<Step> {
  const { head, items } = batch
  const customerIds = [...new Set(items.map(({ customerId }) => customerId))]
  if (customerIds.length === 1) {
    const failed = items.map(({ id, subjectId }) => ({ id, subjectId, kind: head.kind }))
    await keepFailures(context, run.organizationId, failed, error)
    return {
      kind: 'done',
      items: 0,
      isFull: false,
      failures: failed.map((item): DueFailure => ({ item, error })),
    }
  }
  const middle = Math.ceil(customerIds.length / 2)
  const first = await runCustomers(context, run, batch, customerIds.slice(0, middle))
  const second = await runCustomers(context, run, batch, customerIds.slice(middle))
  const steps = [first, second].flatMap((step) => (step.kind === 'done' ? [step] : []))
  return {
    kind: 'done',
    items: steps.reduce((sum, step) => sum + step.items, 0),
    isFull: true,
    failures: steps.flatMap((step) => step.failures),
  }
}
