import { DAY_MS, type Instant } from '../../core/calendar/instant.ts'
import { conflict, forbidden, invalid } from '../../core/refusal.ts'
import {
  abandonMove,
  beginMove,
  type ClockState,
  endMove,
  lockClock,
  renewMove,
} from '../../store/clock-moves.ts'
import { newId } from '../../store/ids.ts'
import { isDatabaseAway } from '../../store/lost-connection.ts'
import { type OrganizationRow, readOrganization } from '../../store/organizations.ts'
import { inTransaction } from '../../store/transaction.ts'
import type { Caller, Context } from '../context.ts'
import type { DueFailure } from '../due/due-action.ts'
import { dueActions } from '../due/due-actions.ts'
import { runDue } from '../due/run-due.ts'
import { failureReport } from './read-test-clock.ts'

/** At most ten years per move, because everything that falls due on the way is processed within the request. */
const MOVE_MAX_MS = 3653 * DAY_MS
const RENEW_EVERY_MS = 3000

/** A move and whose it is. */
type Move = { readonly organizationId: string; readonly mover: string; readonly to: Instant }

/**
 * Moves a sandbox's clock to `to` and processes everything that falls due on the way, each item at its due instant.
 * The first move may go anywhere; later ones only forward, by at most ten years (422 otherwise). 403 for an
 * organization that is not a sandbox, 409 `clock_is_advancing` during another move. Other writes wait for the move.
 *
 * The result is `ready` when everything due was processed, and `failed` with the reasons when items failed. All
 * others are processed even then, the clock is at the requested time, and failed items are retried later and on the
 * next move.
 *
 * A move belongs to this process as long as it renews its lease. If the process dies, another one takes the move over
 * (`takeUpMove`), or a later move that goes at least as far.
 */
export async function moveTestClock(context: Context, caller: Caller, to: Instant): Promise<OrganizationRow> {
  const { organizationId } = caller
  if (!caller.organization.isSandbox) throw forbidden('not_a_sandbox')
  const move = { organizationId, mover: newId(), to }
  await inTransaction(context.database, organizationId, async (tx) => {
    refuseMove(await lockClock(tx, organizationId), to)
    await beginMove(tx, organizationId, move)
  })
  return carryOut(context, move)
}

/** Goes on with the move of a sandbox's clock whose process died; false when it is at its end or somebody has it. */
export async function takeUpMove(context: Context, organizationId: string): Promise<boolean> {
  const taken = await inTransaction(context.database, organizationId, async (tx): Promise<Move | null> => {
    const clock = await lockClock(tx, organizationId)
    if (clock.status !== 'advancing' || clock.isOwned) return null
    const move = { organizationId, mover: newId(), to: clock.target ?? clock.clockAt ?? context.systemNow() }
    await beginMove(tx, organizationId, move)
    return move
  })
  if (taken) await carryOut(context, taken)
  return taken !== null
}

function refuseMove(clock: ClockState, to: Instant): void {
  const isAdvancing = clock.status === 'advancing'
  // What lies before the target of a move that was broken off may have happened already.
  if (isAdvancing && (clock.isOwned || (clock.target !== null && to < clock.target))) {
    throw conflict('clock_is_advancing')
  }
  if (clock.clockAt !== null && to < clock.clockAt) throw invalid({ now: ['clock_cannot_move_backwards'] })
  if (clock.clockAt !== null && to - clock.clockAt > MOVE_MAX_MS) {
    throw invalid({ now: ['clock_cannot_move_so_far'] })
  }
}

async function carryOut(context: Context, move: Move): Promise<OrganizationRow> {
  const lease = keepMove(context, move)
  try {
    const error = await runUntil(context, move, lease.lost)
    return await inTransaction(context.database, move.organizationId, async (tx) => {
      const isEnded = await endMove(tx, move.organizationId, { ...move, error })
      // Another process took it for dead and goes on with it.
      if (!isEnded) throw conflict('clock_is_advancing')
      return readOrganization(tx, move.organizationId)
    })
  } catch (error) {
    await abandonMove(context.database, move.organizationId, move.mover).catch(() => {
      // PostgreSQL is away; the lease ends by itself.
      context.log.warn({ organizationId: move.organizationId }, 'the move of a clock was broken off')
    })
    throw error
  } finally {
    lease.stop()
  }
}

/** Does what is due on the way; gives what failed, in one text. */
async function runUntil(
  context: Context,
  { organizationId, to }: Move,
  signal: AbortSignal,
): Promise<string | null> {
  const failures: DueFailure[] = []
  const onFailure = (failure: DueFailure) => failures.push(failure)
  try {
    await runDue(context, dueActions, { organizationId, until: to, strict: true, signal, onFailure })
  } catch (error) {
    // It is gone on with once PostgreSQL is back.
    if (isDatabaseAway(error)) throw error
    context.log.error({ err: error, organizationId }, 'the due work of a sandbox was broken off')
    return String(error)
  }
  return failureReport(failures.map(({ item, error }) => ({ ...item, error: String(error) })))
}

/** Renews the lease of a move until it is stopped; `lost` is aborted once somebody else has the move. */
function keepMove(
  context: Context,
  { organizationId, mover }: Move,
): { readonly lost: AbortSignal; readonly stop: () => void } {
  const lost = new AbortController()
  const timer = setInterval(() => {
    renewMove(context.database, organizationId, mover).then(
      (isOurs) => {
        if (!isOurs) lost.abort()
      },
      (error: unknown) => {
        context.log.warn({ err: error, organizationId }, 'the lease of the move of a clock was not renewed')
      },
    )
  }, RENEW_EVERY_MS)
  timer.unref()
  return { lost: lost.signal, stop: () => clearInterval(timer) }
}
