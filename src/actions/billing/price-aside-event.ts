import { takeAside } from '../../store/advance-asides.ts'
import { findAdvanceEvent } from '../../store/advance-events.ts'
import type { DueAction } from '../due/run-due.ts'
import { answerEvents } from '../usage/answer-events.ts'
import { openAdvanceSubject, planFor, priceEvent, withoutCharged, writeAdvanceFees } from './advance-fees.ts'

/**
 * Tries again to make the fee of an event that was set aside (docs/decisions/0009): for the quantity of its turn, at
 * the price of now. Throws while it still cannot be made; the event then stays aside. Nothing is made when the event
 * or the charge was deleted since, or the fee exists.
 */
export const priceAsideEvent: DueAction = async (context, tx, caller, asideId) => {
  const aside = await takeAside(tx, asideId)
  if (!aside) return
  const subject = await openAdvanceSubject(tx, aside.subscriptionId)
  const charge = subject?.subscription.charges.find((each) => each.id === aside.chargeId)
  if (!subject || !charge) return
  const { externalId } = subject.subscription.row
  const { code } = charge.metric
  const event = await findAdvanceEvent(tx, { id: aside.eventId, externalId, code, at: aside.at })
  if (!event) return
  const planned = await withoutCharged(tx, subject, planFor(subject, [charge], event))
  const answers = await answerEvents(
    tx,
    planned.map(({ plan }) => plan),
  )
  const priced = planned.flatMap((each, index) => {
    const answer = answers[index]
    return answer ? [priceEvent(subject, each, answer, aside.quantity)] : []
  })
  await writeAdvanceFees(context, tx, caller, subject, priced)
}
