import { type ClaimedItem, claimCustomers, customersAtHead } from '../../store/billing/claim.ts'
import type { Tx } from '../../store/database.ts'
import { type DueHead, findDueHead, shareDueWork, type Waiting } from '../../store/due-items.ts'
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

/** A batch that was undone, with what it had claimed. */
type Undone = { readonly head: DueHead; readonly items: readonly ClaimedItem[]; readonly error: unknown }

const OTHER_WAY: Step = { kind: 'other_way' }

/**
 * One batch of what is due first. When it fails, nothing of it is kept: it is halved until the customer is found whose
 * bill cannot be made, and all others are billed. When others have all that is left, the first of it is waited for.
 */
export async function runBatch(
  context: Context,
  actions: DueActions,
  run: DueRun,
  waiting: Waiting,
): Promise<Step> {
  const { organizationId } = run
  let claimed:
    | { readonly action: BatchAction; readonly head: DueHead; readonly items: readonly ClaimedItem[] }
    | undefined
  try {
    const step = await inTransaction(context.database, organizationId, async (tx): Promise<Step | 'held'> => {
      claimed = undefined
      await shareDueWork(tx, organizationId)
      const head = await findDueHead(tx, run.until, waiting)
      if (!head) return { kind: 'none' }
      const action = actions[head.kind]
      if (typeof action === 'function') return OTHER_WAY
      const items = await action.claim(tx, head, waiting, action.itemsMax)
      if (items.length === 0) return 'held'
      claimed = { action, head, items }
      return act(context, tx, run, claimed)
    })
    return step === 'held' ? await awaitHeld(context, actions, run, waiting) : step
  } catch (error) {
    if (!claimed || isLost(error)) throw error
    return halve(context, run, claimed.action, { ...claimed, error })
  }
}

type Batch = { readonly action: BatchAction; readonly head: DueHead; readonly items: readonly ClaimedItem[] }

async function act(context: Context, tx: Tx, run: DueRun, { action, head, items }: Batch): Promise<Step> {
  if (items.length === 0) return { kind: 'done', items: 0, failures: [] }
  const caller = await callerAt(tx, run.organizationId, head.dueAt)
  await action.act(context, tx, caller, items)
  return { kind: 'done', items: items.length, failures: [] }
}

/** Does one customer's items alone, after whoever has the customer is done. */
async function awaitHeld(
  context: Context,
  actions: DueActions,
  run: DueRun,
  waiting: Waiting,
): Promise<Step> {
  let head: DueHead | undefined
  let customerIds: readonly string[] = []
  await context.database.read(run.organizationId, async (reads) => {
    head = await findDueHead(reads, run.until, waiting)
    if (head) customerIds = await customersAtHead(reads, head, waiting, 1)
  })
  const action = head && actions[head.kind]
  if (!head || !action) return { kind: 'none' }
  if (typeof action === 'function') return OTHER_WAY
  return runCustomers(context, run, action, head, customerIds)
}

/** Does the items of certain customers in one transaction, and in halves when it fails. */
async function runCustomers(
  context: Context,
  run: DueRun,
  action: BatchAction,
  head: DueHead,
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
    if (items.length === 0 || isLost(error)) throw error
    return halve(context, run, action, { head, items, error })
  }
}

async function halve(context: Context, run: DueRun, action: BatchAction, undone: Undone): Promise<Step> {
  const { head, items, error } = undone
  const customerIds = [...new Set(items.map(({ customerId }) => customerId))]
  if (customerIds.length === 1) {
    const failed = items.map(({ id, subjectId }) => ({ id, subjectId, kind: head.kind }))
    await keepFailures(context, run.organizationId, failed, error)
    return { kind: 'done', items: 0, failures: failed.map((item): DueFailure => ({ item, error })) }
  }
  const middle = Math.ceil(customerIds.length / 2)
  const first = await runCustomers(context, run, action, head, customerIds.slice(0, middle))
  const second = await runCustomers(context, run, action, head, customerIds.slice(middle))
  const steps = [first, second].flatMap((step) => (step.kind === 'done' ? [step] : []))
  return {
    kind: 'done',
    items: steps.reduce((sum, step) => sum + step.items, 0),
    failures: steps.flatMap((step) => step.failures),
  }
}

/** Whether the database is what failed: another try would fail as well, and says nothing about the items. */
function isLost(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' && /^(08...|57P..|53...|ECONN.*|EPIPE)$/.test(code)
}
