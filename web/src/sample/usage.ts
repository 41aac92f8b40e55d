/** The sample company's events: the same each time, but for the dates. */

import { type SampleSubscription, sampleSubscriptions } from './company.ts'
import { MONTHS, type SampleDates } from './dates.ts'

const DAY_MS = 86_400_000
/** Nothing happens on the first and the last day of a month, which are other days elsewhere. */
const MARGIN_MS = DAY_MS / 2
/** How much of an average month's events each month has: the company grows. */
const GROWTH: readonly number[] = [0.85, 1, 1.15, 1.3]
/** The API takes no more events in one request. */
const BATCH = 100

const CODES: Readonly<Record<string, readonly string[]>> = {
  starter: ['api_calls', 'api_calls', 'storage'],
  growth: ['api_calls', 'tokens', 'users'],
  scale: ['api_calls', 'api_calls', 'tokens', 'devices'],
  payments: ['funds', 'api_calls'],
}
/** Nothing was called yet this month: the first thousand calls are those that a newcomer sends. */
const QUIET: Readonly<Record<string, readonly string[]>> = { 'northwind-robotics-1': ['tokens', 'users'] }

export type SampleEvent = {
  readonly transaction_id: string
  readonly external_subscription_id: string
  readonly code: string
  /** In seconds. */
  readonly timestamp: number
  readonly properties: Readonly<Record<string, unknown>>
  readonly precise_total_amount_cents?: string
}

/** A number below 1000 that looks random and is the same for the same place. */
const mixed = (subscription: number, month: number, event: number): number =>
  ((subscription + 7) * 7919 + (month + 3) * 104_729 + (event + 11) * 1_299_709) % 1000

const OPENING_BALANCE = 40_000

function propertiesOf(code: string, value: number, isOpening: boolean): Record<string, unknown> {
  switch (code) {
    case 'tokens':
      return { tokens: 50 + value * 4, model: value % 3 === 0 ? 'large' : 'small' }
    case 'storage':
      return { gb: 40 + (value % 400) }
    case 'users':
      return { user: `user-${value % 25}` }
    case 'funds':
      return { amount: isOpening ? OPENING_BALANCE : value - 490 }
    case 'devices':
      return { devices: 120 + (value % 40) }
    default:
      return {}
  }
}

function eventsOf(
  { body, events }: SampleSubscription,
  place: number,
  month: number,
  [fromMs, untilMs]: readonly [number, number],
): readonly SampleEvent[] {
  const quiet = month === MONTHS ? QUIET[body.external_id] : undefined
  const codes = quiet ?? CODES[body.plan_code] ?? []
  const count = Math.round(events * (GROWTH[month] ?? 1))
  const stepMs = (untilMs - fromMs) / count
  return Array.from({ length: count }, (_, n) => {
    const code = codes[n % codes.length] ?? ''
    const value = mixed(place, month, n)
    const properties = propertiesOf(code, value, month === 0 && n === 0)
    return {
      transaction_id: `${body.external_id}-${month}-${n}`,
      external_subscription_id: body.external_id,
      code,
      timestamp: Math.floor((fromMs + (n + value / 1000) * stepMs) / 1000),
      properties,
      // Its own price, in cents: a fiftieth of a cent for a token.
      ...(code === 'tokens' && body.plan_code === 'scale'
        ? { precise_total_amount_cents: (Number(properties.tokens) / 50).toFixed(2) }
        : {}),
    }
  })
}

/** All events of a month up to the present, in the order of their time. */
export function sampleEvents(month: number, dates: SampleDates): readonly SampleEvent[] {
  const { firsts, presentMs } = dates
  const [fromMs = 0, untilMs = 0] = firsts.slice(month, month + 2)
  return sampleSubscriptions(dates)
    .flatMap((subscription, place) =>
      eventsOf(subscription, place, month, [fromMs + MARGIN_MS, untilMs - 3 * MARGIN_MS]).filter(
        ({ timestamp }) =>
          timestamp * 1000 >= subscription.fromMs &&
          timestamp * 1000 < Math.min(subscription.untilMs ?? presentMs, presentMs),
      ),
    )
    .sort((a, b) => a.timestamp - b.timestamp)
}

/** The same in as few requests as the API allows. */
export function inBatches(events: readonly SampleEvent[]): readonly (readonly SampleEvent[])[] {
  return Array.from({ length: Math.ceil(events.length / BATCH) }, (_, n) =>
    events.slice(n * BATCH, (n + 1) * BATCH),
  )
}
