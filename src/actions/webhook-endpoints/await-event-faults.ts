import { nextValidationAt, validatedHour } from '../../core/metering/validation-hour.ts'
import { takesType } from '../../core/webhooks/types.ts'
import { scheduleEarliest } from '../../store/activity-items.ts'
import type { Tx } from '../../store/database.ts'
import { hasEventsCreated } from '../../store/events/suspect-events.ts'
import type { Caller } from '../context.ts'

/**
 * Makes sure that an endpoint that is new or takes other types hears of the faults of events that came before
 * it, in the hour that is looked at next (docs/rules/events.md#reports-of-bad-events). Events that come later
 * see to it themselves.
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
