import { addMs, type Instant } from '../../core/calendar/instant.ts'
import type { DueKind } from '../../core/due/kinds.ts'
import type { Tx } from '../../store/database.ts'
import { awaitDueWork, type DueItemRow, failItem, finishItem, takeEarliest } from '../../store/due-items.ts'
import { readOrganization } from '../../store/organizations.ts'
import { inTransaction } from '../../store/transaction.ts'
import type { Caller, Context } from '../context.ts'

/** An item that could not be done, and why. */
export type DueFailure = { readonly item: DueItemRow; readonly error: unknown }

/** Does one due thing inside the transaction that takes it off the list; `caller.now` is its due instant. */
export type DueAction = (context: Context, tx: Tx, caller: Caller, subjectId: string) => Promise<void>

export type DueActions = Readonly<Record<DueKind, DueAction>>

const RETRY_FIRST_MS = 5000
const RETRY_MAX_MS = 3_600_000

/**
 * Does what is due for an organization up to `until`, earliest first, each item as of its own due instant and in a
 * transaction of its own; what an item makes due is done in the same run (engine.md §4).
 *
 * A failure is kept on its item, which is tried again later, and told to `onFailure`; the run goes on with the other
 * items. With `strict` (the sandbox clock) items that wait for a retry are tried too, each once. Gives how many items
 * were done. An aborted `signal` ends the run between two items; what is left stays due.
 */
export async function runDue(
  context: Context,
  actions: DueActions,
  run: {
    readonly organizationId: string
    readonly until: Instant
    readonly strict: boolean
    readonly signal?: AbortSignal
    readonly onFailure?: (failure: DueFailure) => void
  },
): Promise<number> {
  let done = 0
  const failed: string[] = []
  for (;;) {
    if (run.signal?.aborted) return done
    const outcome = await runEarliest(context, actions, run, failed)
    if (outcome === 'none') return done
    if (outcome === 'done') done += 1
    else {
      failed.push(outcome.item.id)
      run.onFailure?.(outcome)
    }
  }
}

async function runEarliest(
  context: Context,
  actions: DueActions,
  run: { readonly organizationId: string; readonly until: Instant; readonly strict: boolean },
  failed: readonly string[],
): Promise<'none' | 'done' | DueFailure> {
  const { organizationId } = run
  let taken: DueItemRow | undefined
  try {
    return await inTransaction(context.database, organizationId, async (tx) => {
      await awaitDueWork(tx, organizationId)
      const waiting = run.strict ? { except: failed } : { realNow: context.systemNow() }
      taken = await takeEarliest(tx, run.until, waiting)
      if (!taken) return 'none'
      await finishItem(tx, taken.id)
      const organization = await readOrganization(tx, organizationId)
      const caller: Caller = { organizationId, organization, now: taken.dueAt, apiKeyId: null }
      await actions[taken.kind as DueKind](context, tx, caller, taken.subjectId)
      return 'done'
    })
  } catch (error) {
    if (!taken) throw error
    await keepFailure(context, organizationId, taken, error)
    return { item: taken, error }
  }
}

async function keepFailure(
  context: Context,
  organizationId: string,
  item: DueItemRow,
  error: unknown,
): Promise<void> {
  const waitMs = Math.min(RETRY_FIRST_MS * 2 ** item.attempts, RETRY_MAX_MS)
  context.log.error(
    { err: error, organizationId, kind: item.kind, subjectId: item.subjectId },
    'a due item failed',
  )
  await inTransaction(context.database, organizationId, async (tx) => {
    await failItem(tx, item.id, String(error), addMs(context.systemNow(), waitMs))
  })
}
