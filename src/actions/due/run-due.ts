import { awaitDueWork, findDueHead, finishItem, takeItem, type Waiting } from '../../store/due-items.ts'
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
import { runBatch } from './run-batch.ts'

/**
 * Does what is due for an organization up to `until`, earliest first, each item as of its own due instant; what an item
 * makes due is done in the same run. An item has a transaction of its own, unless its kind is done in batches.
 *
 * A failure is kept on its item, which is tried again later, and told to `onFailure`; the run goes on with the other
 * items. With `strict` (the sandbox clock) items that wait for a retry are tried too, each once. Gives how many items
 * were done. An aborted `signal` ends the run between two items; what is left stays due.
 */
export async function runDue(context: Context, actions: DueActions, run: DueRun): Promise<number> {
  let done = 0
  let inBatches = false
  const failed: string[] = []
  for (;;) {
    if (run.signal?.aborted) return done
    const waiting = run.strict ? { except: failed } : { realNow: context.systemNow() }
    const step = inBatches
      ? await runBatch(context, actions, run, waiting)
      : await runEarliest(context, actions, run, waiting)
    if (step.kind === 'none') return done
    if (step.kind === 'other_way') {
      inBatches = !inBatches
      continue
    }
    done += step.items
    for (const failure of step.failures) {
      failed.push(failure.item.id)
      run.onFailure?.(failure)
    }
  }
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
      taken = await takeItem(tx, head, waiting)
      if (!taken) return { kind: 'done', items: 0, failures: [] }
      await finishItem(tx, taken.id)
      await action(context, tx, await callerAt(context, tx, organizationId, head.dueAt), taken.subjectId)
      return { kind: 'done', items: 1, failures: [] }
    })
  } catch (error) {
    if (!taken) throw error
    await keepFailures(context, organizationId, [taken], error)
    return { kind: 'done', items: 0, failures: [{ item: taken, error }] }
  }
}
