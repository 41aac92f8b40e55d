import { nextValidationAt, validatedHour } from '../../core/metering/validation-hour.ts'
import { takesType } from '../../core/webhooks/types.ts'
import { scheduleEarliest } from '../../store/activity-items.ts'
import type { Tx } from '../../store/database.ts'
import { hasEventsCreated } from '../../store/events/suspect-events.ts'
import type { Caller } from '../context.ts'

/**
 * Ensures that a new endpoint, or one with new types, gets the report on bad events that arrived before it in the
 * hour checked next (docs/rules/events.md#reports-of-bad-events). Later events schedule the check themselves.
 */
export async function awaitEventFaults(
  tx: Tx,
  { organizationId, now }: Caller,
  endpoint: { readonly eventTypes: readonly string[] | null },
): Promise<void> {
  if (!takesType(endpoint.eventTypes, 'events.errors')) return
  const dueAt = nextValidationAt(now)
  if (!(await hasEventsCreated(tx, validatedHour(dueAt).from, now))) return
  await scheduleEarliest(tx, organizationId, { kind: 'event_validation', subjectId: organizationId, dueAt })
}
