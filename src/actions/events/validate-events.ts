import { addMs, HOUR_MS } from '../../core/calendar/instant.ts'
import { eventFaults } from '../../core/metering/event-faults.ts'
import { validatedHour } from '../../core/metering/validation-hour.ts'
import { takesType } from '../../core/webhooks/types.ts'
import { scheduleItem } from '../../store/due-items.ts'
import { hasEventsCreated, metricRules, suspectEvents } from '../../store/events/suspect-events.ts'
import { listWebhookEndpoints } from '../../store/webhooks.ts'
import { toWireEventFaults } from '../../wire/events.ts'
import type { DueAction } from '../due/due-action.ts'
import { announce } from '../webhooks/announce.ts'

/**
 * Reports the last clock hour's events that cannot be billed as intended, in one webhook
 * (docs/rules/events.md#reports-of-bad-events); none when there are no such events or no endpoint is subscribed.
 * Repeats every hour while events come in.
 */
export const validateEvents: DueAction = async (_context, tx, caller, organizationId) => {
  const endpoints = await listWebhookEndpoints(tx)
  if (!endpoints.some((each) => takesType(each.eventTypes, 'events.errors'))) return
  const hour = validatedHour(caller.now)
  const rules = await metricRules(tx)
  const faults = eventFaults(await suspectEvents(tx, hour, rules), rules)
  if (Object.values(faults).some((ids) => ids.length > 0)) {
    await announce(tx, caller, {
      type: 'events.errors',
      objectType: 'events_errors',
      objectId: null,
      payload: () => toWireEventFaults(faults),
    })
  }
  if (await hasEventsCreated(tx, hour.from, caller.now)) {
    const dueAt = addMs(caller.now, HOUR_MS)
    await scheduleItem(tx, organizationId, { kind: 'event_validation', subjectId: organizationId, dueAt })
  }
}
