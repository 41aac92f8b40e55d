import type { RawEvent } from '../../core/metering/reference.ts'
import { type EventQuantity, stepOfEvent } from '../../core/rating/rate-event.ts'
import { takeAdvanceEvents, type WaitingEvents } from '../../store/advance-events.ts'
import { writeAdvanceState } from '../../store/advance-states.ts'
import type { Tx } from '../../store/database.ts'
import { insertDeferred } from '../../store/deferred-events.ts'
import { scheduleItem } from '../../store/due-items.ts'
import { newId } from '../../store/ids.ts'
import { inSavepoint } from '../../store/transaction.ts'
import type { Caller, Context } from '../context.ts'
import { AdvanceStates } from '../usage/advance-states.ts'
import { answerEvents } from '../usage/answer-events.ts'
import {
  type AdvanceSubject,
  eventContext,
  openAdvanceSubject,
  type PlannedEvent,
  type PricedEvent,
  planFor,
  priceEvent,
  withoutCharged,
  writeAdvanceFees,
} from './advance-fees.ts'

/** Events per transaction, so that it does not grow with the backlog. */
const EVENTS_MAX = 500

/** An event with its quantity, and the reason it has no fee. */
type FailedEvent = PlannedEvent & { readonly quantity: EventQuantity; readonly error: unknown }

/**
 * Prices the unpriced events of a subscription's charges in advance in order of acceptance, each based on those
 * accepted before it (docs/decisions/0015). Every event and charge results in a fee, on its own invoice, or
 * uninvoiced when the charge is not invoiceable. Events that already have a fee are skipped, so a second run is
 * harmless. An event that cannot be priced or written is deferred with its quantity and retried separately, without
 * holding up the others (docs/decisions/0009).
 */
export async function priceAdvanceUsage(
  context: Context,
  tx: Tx,
  caller: Caller,
  subscriptionId: string,
): Promise<void> {
  const subject = await openAdvanceSubject(tx, subscriptionId)
  if (!subject) return
  const { id, externalId, charges } = subject.subscription
  const inAdvance = charges.filter((charge) => charge.payInAdvance)
  const codes = [...new Set(inAdvance.map((charge) => charge.metric.code))]
  const waiting = await takeAdvanceEvents(tx, { id, externalId, codes }, EVENTS_MAX)
  if (!waiting.isAll) {
    const again = { kind: 'advance_usage', subjectId: id, dueAt: caller.now } as const
    await scheduleItem(tx, caller.organizationId, again)
  }
  const counted = waiting.taken.flatMap((event) =>
    event.isCharged ? planFor(subject, inAdvance, event) : [],
  )
  const planned = await withoutCharged(tx, subject, counted)
  const { priced, failed } = await priceEvents(tx, caller, subject, planned, waiting)
  const refused = await writeEach(context, tx, caller, subject, priced)
  for (const each of [...failed, ...refused]) await defer(context, tx, caller, subject, each)
}

/** Prices the events one by one, each from the state left by the previous ones, whether or not those have a price. */
async function priceEvents(
  tx: Tx,
  caller: Caller,
  subject: AdvanceSubject,
  planned: readonly PlannedEvent[],
  waiting: WaitingEvents,
): Promise<{ readonly priced: readonly PricedEvent[]; readonly failed: readonly FailedEvent[] }> {
  const { externalId } = subject.subscription
  const laterThan = laterAmong(waiting)
  const answers = await answerEvents(
    tx,
    planned.map(({ plan }) => ({ plan, later: laterThan(plan.source) })),
  )
  const periods = [...new Set(planned.map(({ open }) => open.window.from))]
  const chargeIds = [...new Set(planned.map(({ plan }) => plan.charge.id))]
  const states = await AdvanceStates.read(tx, externalId, chargeIds, periods)
  const priced: PricedEvent[] = []
  const failed: FailedEvent[] = []
  for (const [index, each] of planned.entries()) {
    const answer = answers[index]
    if (!answer) continue
    const { plan, open } = each
    const state = states.of(plan, open.window.from)
    // Without this step, later events would be charged wrongly, so a failing step aborts the run.
    const quantity = stepOfEvent(plan, answer, state, eventContext(subject, open))
    states.set(plan, open.window.from, quantity.state)
    try {
      priced.push(priceEvent(subject, each, answer, quantity))
    } catch (error) {
      failed.push({ ...each, quantity, error })
    }
  }
  await writeStates(tx, caller, externalId, states)
  return { priced, failed }
}

/** The logged events accepted after one of those taken but not timestamped later. */
function laterAmong({ taken, remaining }: WaitingEvents): (event: RawEvent) => readonly RawEvent[] {
  const accepted = [...taken, ...remaining]
  const places = new Map(accepted.map(({ id }, place) => [id, place]))
  return ({ id, at }) => {
    const place = places.get(id)
    if (place === undefined) throw new Error(`event ${id} was not taken`)
    return accepted.filter((each, index) => index > place && each.at <= at)
  }
}

async function writeStates(tx: Tx, caller: Caller, externalId: string, states: AdvanceStates): Promise<void> {
  const { organizationId, now } = caller
  for (const { key, periodFrom, state } of states.changed()) {
    await writeAdvanceState(tx, { organizationId, externalId, ...key, periodFrom, now }, state)
  }
}

/** Writes all fees together or, if one is rejected, one by one; returns those rejected individually. */
async function writeEach(
  context: Context,
  tx: Tx,
  caller: Caller,
  subject: AdvanceSubject,
  priced: readonly PricedEvent[],
): Promise<readonly FailedEvent[]> {
  if (priced.length === 0) return []
  const all = await inSavepoint(tx, () => writeAdvanceFees(context, tx, caller, subject, priced))
  if (all.ok) return []
  const refused: FailedEvent[] = []
  for (const each of priced) {
    const one = await inSavepoint(tx, () => writeAdvanceFees(context, tx, caller, subject, [each]))
    if (!one.ok) refused.push({ ...each, error: one.error })
  }
  return refused
}

async function defer(
  context: Context,
  tx: Tx,
  caller: Caller,
  { subscription }: AdvanceSubject,
  { plan, accepted, quantity, error }: FailedEvent,
): Promise<void> {
  const { organizationId, now } = caller
  const id = newId()
  await insertDeferred(tx, {
    organizationId,
    id,
    eventId: plan.source.id,
    chargeId: plan.charge.id,
    subscriptionId: subscription.id,
    at: plan.source.at,
    endedAt: accepted.endedAt,
    quantity,
    now,
  })
  await scheduleItem(tx, organizationId, {
    kind: 'deferred_event',
    subjectId: id,
    dueAt: accepted.acceptedAt,
  })
  const { transactionId } = plan.source
  context.log.warn(
    { err: error, organizationId, transactionId, chargeId: plan.charge.id },
    'an event could not be charged in advance and was deferred',
  )
}
