import type { Instant } from '../../core/calendar/instant.ts'
import { validationDueAt } from '../../core/metering/validation-hour.ts'
import { scheduleEarliest } from '../../store/activity-items.ts'
import type { UsageDefinitions } from '../../store/events/definitions.ts'
import { inTransaction } from '../../store/transaction.ts'
import type { Context } from '../context.ts'
import type { UsageCatalogue } from './usage-catalogue.ts'

/**
 * Schedules, before events are stored, their check after the hour (docs/rules/events.md#reports-of-bad-events): once
 * an hour per process, and only for organizations that subscribe to the report.
 */
export async function scheduleValidation(
  context: Context,
  catalogue: UsageCatalogue,
  organizationId: string,
  definitions: UsageDefinitions,
  now: Instant,
): Promise<void> {
  if (!definitions.wantsFaults) return
  const dueAt = validationDueAt(now)
  if (catalogue.validationOf(organizationId) === dueAt) return
  await inTransaction(context.database, organizationId, (tx) =>
    scheduleEarliest(tx, organizationId, { kind: 'event_validation', subjectId: organizationId, dueAt }),
  )
  catalogue.noteValidation(organizationId, dueAt)
}
