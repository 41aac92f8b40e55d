import {
  type Body,
  type Catalogue,
  drawCatalogue,
  type MetricDraft,
  REGIONS,
  SIZES,
  someTaxes,
  withFixedCharges,
} from './catalogue.ts'
import { type Chance, chanceOf } from './chance.ts'
import { drawCoupons, withInvoiceSteps } from './invoice-steps.ts'
import { type MoneyStep, withMoneySteps } from './money-steps.ts'

const HOUR = 3_600_000
/** Apart from the seeds of lives. */
const FIXED_SEED = 1_000_000_007
const DAY = 24 * HOUR
const ZONES = [
  ...['UTC', 'Europe/Paris', 'America/New_York', 'America/Los_Angeles', 'Asia/Tokyo', 'Asia/Kolkata'],
  ...['Australia/Sydney', 'America/Sao_Paulo', 'Pacific/Auckland', 'America/St_Johns', 'Africa/Cairo'],
]

export type EventDraft = {
  readonly transaction_id: string
  readonly external_subscription_id: string
  readonly code: string
  /** Whole seconds since the epoch. */
  readonly timestamp: number
  readonly properties: Body
  readonly precise_total_amount_cents?: string
}

/** One thing that happens to the book; whoever plays it waits for the end of each before the next. */
export type Step =
  | MoneyStep
  | { readonly kind: 'clock'; readonly to: number }
  | { readonly kind: 'events'; readonly events: readonly EventDraft[]; readonly isBatch: boolean }
  /** An event that was sent before: it must be refused. */
  | { readonly kind: 'repeat'; readonly event: EventDraft }
  /** A request that may be refused, for the book may have moved on; the answer is part of what is compared. */
  | { readonly kind: 'request'; readonly method: string; readonly path: string; readonly body?: Body }
  | { readonly kind: 'finalize_draft' | 'refresh_draft' | 'pay_fees' }
  /** Compares the preview of a subscription's next bill, taken a second before it, with the bill. */
  | { readonly kind: 'preview'; readonly subscription: string }
  /** Gives a subscription another number of units of one of its plan's fixed charges, from its next period on. */
  | { readonly kind: 'units'; readonly subscription: string; readonly place: number; readonly units: string }
  /** Voids a final invoice, the one at this share of them, and makes it anew. */
  | { readonly kind: 'regenerate'; readonly place: number }
  /** Reads everything that a customer can see. */
  | { readonly kind: 'look' }

/** Years of a small organization: its catalogue, its customers, and what happens to them. */
export type Life = {
  readonly seed: number
  readonly currency: string
  /** Thresholds look at usage soon after each event; how many events a look sees is told by no rule. */
  readonly isWatched: boolean
  readonly start: number
  readonly catalogue: Catalogue
  readonly entity: Body
  readonly customers: readonly Body[]
  readonly coupons: readonly Body[]
  readonly steps: readonly Step[]
}

type Subscribed = { readonly externalId: string; readonly customer: string }

/** What the drawing of steps knows while it goes. */
type Drawing = {
  readonly r: Chance
  readonly catalogue: Catalogue
  readonly steps: Step[]
  readonly sent: EventDraft[]
  readonly subscriptions: Subscribed[]
  now: number
}

/** The life of a seed, which goes on for half of `years` at least and for all of them at most. */
export function drawLife(seed: number, years: number): Life {
  const r = chanceOf(seed)
  const currency = r.pick(['EUR', 'USD', 'EUR', 'JPY'])
  const day = r.pick([1, 1, 5, 14, 15, 28, 29, 30, 31])
  const start = Date.UTC(r.int(2021, 2024), r.int(0, 11), day, r.int(0, 23), r.int(0, 59))
  const isWatched = r.often(0.25)
  const drawn = drawCatalogue(r, currency, isWatched)
  const catalogue = withFixedCharges(chanceOf(seed + FIXED_SEED), drawn, currency)
  const taxCodes = catalogue.taxes.map(({ code }) => code)
  const customers = Array.from({ length: r.int(1, 3) }, (_, k) =>
    drawCustomer(r, `c${k}`, currency, taxCodes),
  )
  const d: Drawing = { r, catalogue, steps: [], sent: [], subscriptions: [], now: start }
  for (const [k, customer] of customers.entries()) {
    for (let n = 0; n < r.pick([1, 1, 2]); n += 1) subscribe(d, `c${k}s${n}`, String(customer.external_id))
  }
  const end = start + (0.5 + r.next() / 2) * years * 365 * DAY
  while (d.now < end) passTime(d)
  d.steps.push({ kind: 'look' })
  const ids = customers.map(({ external_id: id }) => String(id))
  const own = withInvoiceSteps(d.steps, { seed, isWatched, customers: ids })
  const steps = withMoneySteps(own, { seed, currency, customers: ids })
  const codes = catalogue.plans.map(({ code }) => code)
  const coupons = drawCoupons(seed, currency, codes)
  return { seed, currency, isWatched, start, catalogue, customers, coupons, steps, entity: entityOf(r) }
}

function entityOf(r: Chance): Body {
  return r.often(0.4) ? { document_numbering: 'per_billing_entity' } : {}
}

function drawCustomer(r: Chance, externalId: string, currency: string, taxCodes: readonly string[]): Body {
  const grace = r.often(0.35) ? { invoice_grace_period: r.int(1, 6) } : {}
  const anchor = r.often(0.3)
    ? {
        subscription_invoice_issuing_date_anchor: r.pick(['next_period_start', 'current_period_end']),
        subscription_invoice_issuing_date_adjustment: r.pick(['keep_anchor', 'align_with_finalization_date']),
      }
    : {}
  return {
    external_id: externalId,
    name: externalId,
    currency,
    timezone: r.pick(ZONES),
    ...(r.often(0.4) ? { net_payment_term: r.pick([0, 7, 30]) } : {}),
    billing_configuration: { ...grace, ...anchor },
    ...someTaxes(r, taxCodes),
  }
}

function subscribe(d: Drawing, externalId: string, customer: string): void {
  const { r } = d
  const draw = r.next()
  const from = draw < 0.25 ? d.now - r.int(1, 70) * DAY : draw < 0.35 ? d.now + r.int(1, 40) * DAY : undefined
  const subscription = {
    external_customer_id: customer,
    external_id: externalId,
    plan_code: r.pick(d.catalogue.plans).code,
    billing_time: r.pick(['calendar', 'anniversary']),
    ...(from === undefined ? {} : { subscription_at: iso(from) }),
    ...(r.often(0.1) ? { ending_at: iso(Math.max(d.now, from ?? 0) + r.int(20, 300) * DAY) } : {}),
    ...(r.often(0.15) ? { consolidate_invoice: false } : {}),
  }
  request(d, 'POST', '/subscriptions', { subscription })
  if (!d.subscriptions.some((each) => each.externalId === externalId)) {
    d.subscriptions.push({ externalId, customer })
  }
}

/** A stretch of days with its events, and perhaps a change at its end. */
function passTime(d: Drawing): void {
  const { r } = d
  const stretch = r.pick([2, 7, 12, 20, 35, 75]) * DAY * (0.3 + r.next())
  const until = d.now + Math.ceil(stretch / 1000) * 1000
  for (let burst = r.int(0, 3); burst > 0; burst -= 1) {
    moveClock(d, d.now + Math.floor((r.next() * (until - d.now)) / 1000) * 1000)
    sendEvents(d)
  }
  moveClock(d, until)
  const draw = r.next()
  if (draw < 0.12) changePlan(d)
  else if (draw < 0.18) terminate(d)
  else if (draw < 0.22) setEnd(d)
  else if (draw < 0.3) d.steps.push({ kind: 'finalize_draft' })
  else if (draw < 0.38) d.steps.push({ kind: 'refresh_draft' })
  else if (draw < 0.5) d.steps.push({ kind: 'pay_fees' })
  if (r.often(0.1)) d.steps.push({ kind: 'look' })
}

function moveClock(d: Drawing, to: number): void {
  d.now = Math.max(d.now, to)
  d.steps.push({ kind: 'clock', to: d.now })
}

function sendEvents(d: Drawing): void {
  const { r } = d
  const events = Array.from({ length: r.int(1, 8) }, (_, k) => drawEvent(d, d.sent.length + k))
  const ordered = r.often(0.7) ? events.sort((a, b) => a.timestamp - b.timestamp) : events
  d.sent.push(...ordered)
  d.steps.push({ kind: 'events', events: ordered, isBatch: r.often(0.4) })
  if (r.often(0.06)) d.steps.push({ kind: 'repeat', event: r.pick(d.sent) })
}

function drawEvent(d: Drawing, n: number): EventDraft {
  const { r } = d
  const metric = r.pick(d.catalogue.metrics)
  // Most are hours late, some are weeks late, and a few are dated ahead.
  const late = r.often(0.8)
    ? r.int(0, 48) * HOUR * r.next()
    : r.int(r.often(0.2) ? -20 : 2, 40) * DAY * r.next()
  const isStray = r.often(0.02)
  return {
    transaction_id: `t${n}`,
    external_subscription_id: isStray ? 'nobody' : r.pick(d.subscriptions).externalId,
    code: r.often(0.01) ? 'unknown' : metric.code,
    timestamp: Math.floor((d.now - late) / 1000),
    properties: {
      ...usedValue(r, metric),
      region: r.pick([...REGIONS, 'mars']),
      size: r.pick(SIZES),
      ...(r.often(0.9) ? { team: r.pick(['red', 'blue']) } : {}),
    },
    ...(r.often(0.7) ? { precise_total_amount_cents: r.decimal(900, 3) } : {}),
  }
}

function usedValue(r: Chance, { aggregation }: MetricDraft): Body {
  if (aggregation === 'count_agg') return {}
  if (r.often(0.03)) return r.pick([{}, { value: 'abc' }, { value: '1e3' }, { value: '' }])
  if (aggregation === 'unique_count_agg') {
    return {
      value: `u${r.int(1, 6)}`,
      ...(r.often(0.35) ? { operation_type: r.pick(['add', 'remove', 'remove']) } : {}),
    }
  }
  const lowest = aggregation === 'weighted_sum_agg' ? -6 : aggregation === 'sum_agg' && r.often(0.2) ? -10 : 0
  const value = r.often(0.3) ? r.decimal(20, 3) : r.int(lowest, 25)
  return { value: r.often(0.5) ? value : String(value) }
}

function changePlan(d: Drawing): void {
  const { externalId, customer } = d.r.pick(d.subscriptions)
  const plan = d.r.pick(d.catalogue.plans).code
  const subscription = { external_customer_id: customer, external_id: externalId, plan_code: plan }
  request(d, 'POST', '/subscriptions', { subscription })
}

/** Ends a subscription; sometimes it comes back some hours later, asking for a start in the past. */
function terminate(d: Drawing): void {
  const { r } = d
  const { externalId, customer } = r.pick(d.subscriptions)
  request(d, 'DELETE', `/subscriptions/${externalId}`)
  if (r.often(0.3)) return
  moveClock(d, d.now + r.int(1, 40) * HOUR)
  subscribe(d, externalId, customer)
}

function setEnd(d: Drawing): void {
  const { externalId } = d.r.pick(d.subscriptions)
  const subscription = { ending_at: iso(d.now + d.r.int(2, 60) * DAY) }
  request(d, 'PUT', `/subscriptions/${externalId}`, { subscription })
}

function request(d: Drawing, method: string, path: string, body?: Body): void {
  d.steps.push({ kind: 'request', method, path, ...(body === undefined ? {} : { body }) })
}

export function iso(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z')
}
