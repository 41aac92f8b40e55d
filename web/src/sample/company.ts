/** The sample company's customers and what they subscribe to: the same each time, but for the dates. */

import type { SampleDates } from './dates.ts'

type Row = readonly [
  name: string,
  country: string,
  timezone: string,
  taxId: string,
  line: string,
  zipcode: string,
  city: string,
  state?: string,
]

const CUSTOMERS: readonly Row[] = [
  ['Northwind Robotics', 'DE', 'Europe/Berlin', 'DE811111118', 'Torstraße 140', '10119', 'Berlin'],
  ['Atelier Lumière', 'FR', 'Europe/Paris', 'FR32111111118', '14 rue Oberkampf', '75011', 'Paris'],
  ['Fjord Analytics', 'SE', 'Europe/Stockholm', 'SE556111111801', 'Götgatan 22', '116 46', 'Stockholm'],
  ['Harbour Freight Data', 'GB', 'Europe/London', 'GB111111118', '8 Quay Street', 'BS1 4DJ', 'Bristol'],
  ['Cedar Health', 'US', 'America/New_York', '11-1111118', '55 Beacon Street', '02108', 'Boston', 'MA'],
  ['Juniper Games', 'DE', 'Europe/Berlin', 'DE822222227', 'Schanzenstraße 5', '20357', 'Hamburg'],
  ['Iris Payments', 'FR', 'Europe/Paris', 'FR47222222227', '3 quai Rambaud', '69002', 'Lyon'],
  ['Delta Media', 'DE', 'Europe/Berlin', 'DE833333336', 'Ehrenstraße 40', '50672', 'Köln'],
  ['Grove Foods', 'GB', 'Europe/London', 'GB222222227', '27 Deansgate', 'M3 4LQ', 'Manchester'],
  ['Ember Energy', 'SE', 'Europe/Stockholm', 'SE556222222701', 'Skeppsbron 9', '211 20', 'Malmö'],
  ['Birch Travel', 'DE', 'Europe/Berlin', 'DE844444445', 'Augustenstraße 61', '80333', 'München'],
  [
    'Amber Labs',
    'US',
    'America/Los_Angeles',
    '22-2222227',
    '410 Spring Street',
    '90013',
    'Los Angeles',
    'CA',
  ],
]

/** Buyers of these countries owe the tax themselves. */
const REVERSE_CHARGED = new Set(['FR', 'SE', 'GB'])
/** Days for which a bill of Birch Travel stays a draft: longer than its last one is old. */
const GRACE_DAYS = 7

export type SampleCustomer = {
  readonly external_id: string
  readonly name: string
  readonly country: string
} & Readonly<Record<string, unknown>>

export const SAMPLE_CUSTOMERS: readonly SampleCustomer[] = CUSTOMERS.map(
  ([name, country, timezone, tax_identification_number, address_line1, zipcode, city, state]) => {
    const external_id = name
      .toLowerCase()
      .normalize('NFD')
      .replace(/\p{M}/gu, '')
      .replace(/[^a-z]+/g, '-')
    return {
      ...{ external_id, name, legal_name: name, customer_type: 'company', country, timezone },
      ...{ tax_identification_number, address_line1, zipcode, city, email: `${external_id}@example.com` },
      ...(state ? { state } : {}),
      ...(country === 'US' ? { billing_entity_code: 'us' } : {}),
      ...(REVERSE_CHARGED.has(country) ? { tax_codes: ['reverse_charge'] } : {}),
      ...(external_id === 'birch-travel'
        ? { billing_configuration: { invoice_grace_period: GRACE_DAYS } }
        : {}),
    }
  },
)

export type SampleSubscription = {
  readonly body: {
    readonly external_id: string
    readonly external_customer_id: string
    readonly plan_code: string
  } & Readonly<Record<string, unknown>>
  /** How many events it has in an average month. */
  readonly events: number
  readonly fromMs: number
  /** When its events end. */
  readonly untilMs?: number
}

const DAY_MS = 86_400_000
const iso = (ms: number): string => new Date(ms).toISOString()

/** Fourteen subscriptions: one ended, one pending, one with a price of its own, one in its trial. */
export function sampleSubscriptions(dates: SampleDates): readonly SampleSubscription[] {
  const { firsts, anniversaryMs, trialMs, endMs } = dates
  const [startMs = 0] = firsts
  const nextMs = firsts.at(-1) ?? 0
  const of = (
    id: string,
    plan_code: string,
    name: string,
    events: number,
    more: { fromMs?: number; untilMs?: number; fields?: object } = {},
  ): SampleSubscription => ({
    body: {
      ...{ external_customer_id: id.replace(/-\d$/, ''), external_id: id, plan_code, name },
      ...(more.fromMs ? { subscription_at: iso(more.fromMs) } : {}),
      ...(more.untilMs ? { ending_at: iso(more.untilMs) } : {}),
      ...more.fields,
    },
    events,
    fromMs: more.fromMs ?? startMs,
    // The day on which it ends begins at a midnight elsewhere.
    ...(more.untilMs ? { untilMs: more.untilMs - DAY_MS } : {}),
  })
  const special = { plan_overrides: { name: 'Growth, agreed price', amount_cents: 7900 } }
  const anniversary = { billing_time: 'anniversary' }
  return [
    of('northwind-robotics-1', 'growth', 'Robot fleet', 900),
    of('atelier-lumiere-1', 'starter', 'Showroom', 300),
    of('atelier-lumiere-2', 'growth', 'Online shop', 400, { fields: special }),
    of('fjord-analytics-1', 'growth', 'Data platform', 700),
    of('harbour-freight-data-1', 'starter', 'Tracking', 420),
    of('cedar-health-1', 'scale', 'Patient portal', 850),
    of('juniper-games-1', 'starter', 'Live servers', 320),
    of('juniper-games-2', 'growth', 'Next season', 0, { fromMs: nextMs }),
    of('iris-payments-1', 'payments', 'Payouts', 380),
    of('delta-media-1', 'starter', 'Newsroom', 320, { untilMs: endMs }),
    of('grove-foods-1', 'payments', 'Suppliers', 380),
    of('ember-energy-1', 'starter', 'Meters', 320),
    of('birch-travel-1', 'starter', 'Bookings', 360, { fromMs: anniversaryMs, fields: anniversary }),
    of('amber-labs-1', 'scale', 'Research', 550, { fromMs: trialMs, fields: anniversary }),
  ]
}

/** What becomes of an invoice that was issued in a month, counted from the company's first; paid otherwise. */
export type Fate = 'paid' | 'unpaid' | 'partly' | 'failed'

const FATES: Readonly<Record<string, Readonly<Record<number, Fate>>>> = {
  'grove-foods': { 1: 'unpaid', 2: 'unpaid', 3: 'unpaid' },
  'harbour-freight-data': { 1: 'unpaid', 3: 'unpaid' },
  'iris-payments': { 3: 'partly' },
  'cedar-health': { 3: 'failed' },
  'ember-energy': { 3: 'unpaid' },
}

export const fateOf = (customer: string, month: number): Fate => FATES[customer]?.[month] ?? 'paid'
