import { findAdvanceEvent, laterEvents } from '../../store/advance-events.ts'
import { takeDeferred } from '../../store/deferred-events.ts'
import type { DueAction } from '../due/due-action.ts'
import { answerEvents } from '../usage/answer-events.ts'
import { openAdvanceSubject, planFor, priceEvent, withoutCharged, writeAdvanceFees } from './advance-fees.ts'

/**
 * Retries the fee of a deferred event (docs/decisions/0009), for the quantity determined in its turn at the current
 * price. Throws if it still fails; the event then stays deferred. Does nothing when the event or the charge has been
 * deleted, or the fee exists.
 */
export const priceDeferredEvent: DueAction = async (context, tx, caller, id) => {
  const deferred = await takeDeferred(tx, id)
  if (!deferred) return
  const { eventId, chargeId, at, endedAt, quantity } = deferred
  const subject = await openAdvanceSubject(tx, deferred.subscriptionId)
  const charge = subject?.subscription.charges.find((each) => each.id === chargeId)
  if (!subject || !charge) return
  const { externalId } = subject.subscription
  const event = await findAdvanceEvent(tx, { id: eventId, externalId, code: charge.metric.code, at })
  if (!event) return
  const planned = await withoutCharged(tx, subject, planFor(subject, [charge], { ...event, endedAt }))
  const later = await laterEvents(tx, event)
  const answers = await answerEvents(
    tx,
    planned.map(({ plan }) => ({ plan, later })),
  )
  const priced = planned.flatMap((each, index) => {
    const answer = answers[index]
    return answer ? [priceEvent(subject, each, answer, quantity)] : []
  })
  await writeAdvanceFees(context, tx, caller, subject, priced)
}
