import {
  awaitDueWork,
  findDueHead,
  findItemById,
  finishItem,
  firstItem,
  takeItem,
  type Waiting,
} from '../../store/due-items.ts'
import { isDatabaseAway } from '../../store/lost-connection.ts'
import { refreshStatistics } from '../../store/planner-statistics.ts'
import { inTransaction } from '../../store/transaction.ts'
import type { Context } from '../context.ts'
import {
  callerAt,
  type DueActions,
  type DueFailure,
  type DueRun,
  keepFailures,
  type Step,
} from './due-action.ts'
import { lockOwner } from './lock-owner.ts'
import { runBatch } from './run-batch.ts'

/**
 * Processes an organization's due items up to `until`, earliest first, each as of its own due instant; items that
 * become due on the way are included. Each item has its own transaction unless its kind is processed in batches.
 *
 * A failure is recorded on its item, which is retried later, and reported to `onFailure`; the run continues with the
 * other items. With `strict` (the sandbox clock), items waiting for a retry are tried too, once each. Returns the
 * number of items processed. Aborting `signal` ends the run between two items; the rest stays due.
 */
export async function runDue(context: Context, actions: DueActions, run: DueRun): Promise<number> {
  let done = 0
  let way: 'one_by_one' | 'in_batches' = 'one_by_one'
  let isFull = false
  const failed: string[] = []
  for (;;) {
    if (run.signal?.aborted) return done
    const waiting = run.strict ? { except: failed } : { realNow: context.systemNow() }
    const steps: readonly Step[] =
      way === 'one_by_one'
        ? [await runEarliest(context, actions, run, waiting)]
        : await runBatches(context, actions, run, waiting, isFull)
    const finished = steps.flatMap((step) => (step.kind === 'done' ? [step] : []))
    if (finished.length === 0) {
      if (steps.every(({ kind }) => kind === 'none')) return done
      way = way === 'one_by_one' ? 'in_batches' : 'one_by_one'
      isFull = false
      continue
    }
    const wasFull = isFull
    isFull = finished.some((step) => step.isFull)
    if (isFull && !wasFull) await refreshStatistics(context.database)
    for (const { items, failures } of finished) {
      done += items
      for (const failure of failures) {
        failed.push(failure.item.id)
        run.onFailure?.(failure)
      }
    }
  }
}

/** Batches beside the first of each run, of all runs in this thread together: each takes a connection. */
export const EXTRA_LANES = 2
let freeLanes = EXTRA_LANES

/**
 * One batch, or several lanes of them when the last one was full: one is computed while others are written. Each lane
 * goes on with its next batch without waiting for the others, until one of them is not full or has a failure, which the
 * run must know before it goes on. While requests come first, there is one lane. Waits for all lanes even if one fails,
 * so that nothing continues in the background.
 */
async function runBatches(
  context: Context,
  actions: DueActions,
  run: DueRun,
  waiting: Waiting,
  isFull: boolean,
): Promise<readonly Step[]> {
  const steps: Step[] = []
  let isEnding = !isFull
  const isBusy = () => run.isBusy?.() === true
  const lane = async (_: unknown, place: number) => {
    do {
      try {
        const step = await runBatch(context, actions, run, waiting)
        steps.push(step)
        if (step.kind !== 'done' || !step.isFull || step.failures.length > 0) isEnding = true
      } catch (error) {
        isEnding = true
        throw error
      }
    } while (!isEnding && !run.signal?.aborted && (place === 0 || !isBusy()))
  }
  const extra = isFull && !isBusy() ? freeLanes : 0
  freeLanes -= extra
  const ended = await Promise.allSettled(Array.from({ length: 1 + extra }, lane))
  freeLanes += extra
  const broken = ended.find((end) => end.status === 'rejected')
  if (broken) throw broken.reason
  return steps
}

async function runEarliest(
  context: Context,
  actions: DueActions,
  run: DueRun,
  waiting: Waiting,
): Promise<Step> {
  const { organizationId } = run
  let taken: DueFailure['item'] | undefined
  try {
    return await inTransaction(context.database, organizationId, async (tx): Promise<Step> => {
      taken = undefined
      await awaitDueWork(tx, organizationId)
      const head = await findDueHead(tx, run.until, waiting)
      if (!head) return { kind: 'none' }
      const action = actions[head.kind]
      if (typeof action !== 'function') return { kind: 'other_way' }
      const first = await firstItem(tx, head, waiting)
      const owner = first && (await lockOwner(tx, head.kind, first.subjectId))
      // Of a plan, whose customers are still to be locked, the item is taken away last; the plan's lock keeps it.
      const isOfPlan = owner != null && 'planId' in owner
      taken = first && (isOfPlan ? await findItemById(tx, first.id) : await takeItem(tx, first.id))
      if (!taken) return { kind: 'done', items: 0, isFull: false, failures: [] }
      await action(context, tx, await callerAt(context, tx, organizationId, head.dueAt), taken.subjectId)
      if (isOfPlan) await finishItem(tx, taken.id)
      return { kind: 'done', items: 1, isFull: false, failures: [] }
    })
  } catch (error) {
    // The database is what failed, which says nothing about the item.
    if (!taken || isDatabaseAway(error)) throw error
    await keepFailures(context, organizationId, [taken], error)
    return { kind: 'done', items: 0, isFull: false, failures: [{ item: taken, error }] }
  }
}
