import { undoneItems } from '../../store/due-items.ts'
import { type OrganizationRow, readOrganization } from '../../store/organizations.ts'
import type { Caller, Context } from '../context.ts'

/** What a sandbox's clock tells: its organization, and how far its due work is. */
export type TestClock = {
  readonly organization: OrganizationRow
  readonly status: string
  readonly error: string | null
}

/** An item that could not be done. */
type FailedItem = { readonly kind: string; readonly subjectId: string; readonly error: string | null }

/** Failures that the clock tells of, and the length of each. */
const SHOWN_MAX = 5
const SHOWN_LENGTH_MAX = 300

/**
 * How far the due work of a sandbox is now. What the last move left undone may have been done since, or what came later
 * may have failed: `failed` as long as something due has failed and is not done, `ready` when nothing has.
 */
export async function readTestClock(context: Context, { organizationId }: Caller): Promise<TestClock> {
  return context.database.read(organizationId, async (reads) => {
    const organization = await readOrganization(reads, organizationId)
    const { clockStatus, clockError } = organization
    if (clockStatus === 'advancing') return { organization, status: clockStatus, error: null }
    const undone = await undoneItems(reads, organization.clockAt ?? context.systemNow())
    const report = failureReport(undone.filter(({ error }) => error !== null))
    // A move that was broken off has left things undone that have not failed themselves.
    const error = report ?? (undone.length > 0 ? clockError : null)
    return { organization, status: error === null ? 'ready' : 'failed', error }
  })
}

/** What failed, in one text; null when nothing did. */
export function failureReport(failures: readonly FailedItem[]): string | null {
  if (failures.length === 0) return null
  const shown = failures
    .slice(0, SHOWN_MAX)
    .map(
      ({ kind, subjectId, error }) => `${kind} of ${subjectId}: ${(error ?? '').slice(0, SHOWN_LENGTH_MAX)}`,
    )
  const rest = failures.length > SHOWN_MAX ? [`and ${failures.length - SHOWN_MAX} more`] : []
  return [...shown, ...rest].join('; ')
}
