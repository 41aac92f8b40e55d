import { DAY_MS, type Instant } from '../../core/calendar/instant.ts'
import { forbidden, invalid } from '../../core/refusal.ts'
import { type OrganizationRow, readOrganization, setClock } from '../../store/organizations.ts'
import { inTransaction } from '../../store/transaction.ts'
import type { Caller, Context } from '../context.ts'
import type { DueFailure } from '../due/due-action.ts'
import { dueActions } from '../due/due-actions.ts'
import { runDue } from '../due/run-due.ts'
import { failureReport } from './read-test-clock.ts'

/** At most ten years per move, because everything that falls due on the way is processed within the request. */
const MOVE_MAX_MS = 3653 * DAY_MS

/**
 * Moves a sandbox's clock to `to` and processes everything that falls due on the way, each item at its due instant.
 * The first move may go anywhere; later ones only forward, by at most ten years (422 otherwise). 403 for an
 * organization that is not a sandbox.
 *
 * The result is `ready` when everything due was processed, and `failed` with the reasons when items failed. All
 * others are processed even then, the clock is at the requested time, and failed items are retried later and on the
 * next move.
 */
export async function moveTestClock(context: Context, caller: Caller, to: Instant): Promise<OrganizationRow> {
  const { organizationId } = caller
  if (!caller.organization.isSandbox) throw forbidden('not_a_sandbox')
  await inTransaction(context.database, organizationId, async (tx) => {
    const organization = await readOrganization(tx, organizationId)
    if (organization.clockAt !== null && to < organization.clockAt) {
      throw invalid({ now: ['clock_cannot_move_backwards'] })
    }
    if (organization.clockAt !== null && to - organization.clockAt > MOVE_MAX_MS) {
      throw invalid({ now: ['clock_cannot_move_so_far'] })
    }
    await setClock(tx, organizationId, { at: null, status: 'advancing', error: null })
  })
  const failures: DueFailure[] = []
  const onFailure = (failure: DueFailure) => failures.push(failure)
  const failure = await runDue(context, dueActions, {
    organizationId,
    until: to,
    strict: true,
    onFailure,
  }).then(
    () => failureReport(failures.map(({ item, error }) => ({ ...item, error: String(error) }))),
    (error: unknown) => {
      context.log.error({ err: error, organizationId }, 'the due work of a sandbox was broken off')
      return String(error)
    },
  )
  return inTransaction(context.database, organizationId, async (tx) => {
    await setClock(tx, organizationId, {
      at: to,
      status: failure === null ? 'ready' : 'failed',
      error: failure,
    })
    return readOrganization(tx, organizationId)
  })
}
