import { undoneItems } from '../../store/due-items.ts'
import { type OrganizationRow, readOrganization } from '../../store/organizations.ts'
import type { Caller, Context } from '../context.ts'

/** A sandbox's clock: its organization, and the state of its due work. */
export type TestClock = {
  readonly organization: OrganizationRow
  readonly status: string
  readonly error: string | null
}

/** A failed item. */
type FailedItem = { readonly kind: string; readonly subjectId: string; readonly error: string | null }

/** The most failures reported, and the maximum length of each. */
const SHOWN_MAX = 5
const SHOWN_LENGTH_MAX = 300

/**
 * The current state of a sandbox's due work. Items left by the last move may have been processed since, and later
 * ones may have failed: `failed` while any due item has failed, otherwise `ready`.
 */
export async function readTestClock(context: Context, { organizationId }: Caller): Promise<TestClock> {
  return context.database.read(organizationId, async (reads) => {
    const organization = await readOrganization(reads, organizationId)
    const { clockStatus, clockError } = organization
    if (clockStatus === 'advancing') return { organization, status: clockStatus, error: null }
    const undone = await undoneItems(reads, organization.clockAt ?? context.systemNow())
    const report = failureReport(undone.filter(({ error }) => error !== null))
    // An aborted move leaves items undone that have not failed themselves.
    const error = report ?? (undone.length > 0 ? clockError : null)
    return { organization, status: error === null ? 'ready' : 'failed', error }
  })
}

/** The failures as one text; null when there are none. */
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
