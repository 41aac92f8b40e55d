import { randomBytes } from 'node:crypto'

/**
 * The events of every benchmark: half count requests, four in ten sum tokens (priced by model, grouped by region),
 * one in ten reports a peak. Subscriptions rotate, which is harder than real traffic: no two events in a statement
 * share a bucket until every subscription has had one.
 */
export const MIX =
  '50 % requests (count), 40 % tokens (sum; a filter on model, grouped by region), 10 % peak (max); ' +
  'subscriptions in turn, timestamps of now'

export const METRICS = [
  { name: 'Requests', code: 'requests', aggregation_type: 'count_agg' },
  {
    name: 'Tokens',
    code: 'tokens',
    aggregation_type: 'sum_agg',
    field_name: 'tokens',
    filters: [{ key: 'model', values: ['large', 'small'] }],
  },
  { name: 'Peak', code: 'peak', aggregation_type: 'max_agg', field_name: 'level' },
] as const

const REGIONS = ['eu', 'us', 'ap']
const prefix = randomBytes(6).toString('hex')
let made = 0

/** The times and subscriptions of events; without a spread they happen now. */
export type EventPlan = {
  /** External ids are `sub_0` and so on. */
  readonly subscriptions: number
  /** Events are spread over this much time, in ms. */
  readonly spreadMs?: number
  /** Events in a past time span, from and to in ms since the epoch; three in a row are of different kinds. */
  readonly between?: readonly [from: number, to: number]
  /** The end of that time, in ms since the epoch; now without it. */
  readonly until?: number
}

/** The JSON text of the next event, with a unique transaction id. */
export function nextEvent(plan: EventPlan): string {
  made += 1
  // Three events per subscription, one of each kind, repeated once all subscriptions have had theirs.
  if (plan.between) {
    const [from, to] = plan.between
    const at = from + Math.floor(Math.random() * (to - from))
    const subscription = Math.floor(made / 3) % plan.subscriptions
    return eventOf([0, 5, 9][made % 3] ?? 0, subscription, at, subscription)
  }
  const at =
    (plan.until ?? Date.now()) - (plan.spreadMs === undefined ? 0 : Math.floor(Math.random() * plan.spreadMs))
  // Coprime, so that every subscription gets every kind.
  const subscription = (made * 7 + Math.floor(made / plan.subscriptions)) % plan.subscriptions
  return eventOf(made % 10, subscription, at, made)
}

/** `seed` determines the event's properties. */
function eventOf(kind: number, subscription: number, at: number, seed: number): string {
  const start =
    `{"transaction_id":"bench-${prefix}-${made}","external_subscription_id":"sub_${subscription}",` +
    `"timestamp":${at / 1000},`
  if (kind < 5) return `${start}"code":"requests","properties":{"path":"/v1/things","status":"200"}}`
  if (kind === 9) return `${start}"code":"peak","properties":{"level":${seed % 613}}}`
  const model = seed % 3 === 0 ? 'large' : 'small'
  const region = REGIONS[Math.floor(seed / 10) % REGIONS.length]
  return `${start}"code":"tokens","properties":{"tokens":${seed % 977},"model":"${model}","region":"${region}"}}`
}

export function eventBody(plan: EventPlan): string {
  return `{"event":${nextEvent(plan)}}`
}

export function batchBody(plan: EventPlan, size: number): string {
  return `{"events":[${Array.from({ length: size }, () => nextEvent(plan)).join(',')}]}`
}
