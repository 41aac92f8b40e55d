import { describe, expect, it } from 'vitest'
import { METRICS, PLANS } from './catalogue.ts'
import { fateOf, SAMPLE_CUSTOMERS, sampleSubscriptions } from './company.ts'
import { billedAt, MONTHS, sampleDates } from './dates.ts'
import { inBatches, sampleEvents } from './usage.ts'

const iso = (ms: number | undefined) => new Date(ms ?? 0).toISOString()
const NOW = Date.parse('2026-11-18T09:20:00Z')
const DATES = sampleDates(NOW)

describe('the dates of the sample company', () => {
  it('begin on the first three months ago, at a noon', () => {
    expect(DATES.firsts.map(iso)).toEqual([
      '2026-08-01T12:00:00.000Z',
      '2026-09-01T12:00:00.000Z',
      '2026-10-01T12:00:00.000Z',
      '2026-11-01T12:00:00.000Z',
      '2026-12-01T12:00:00.000Z',
    ])
    expect(DATES.presentMs).toBe(NOW)
    expect(iso(DATES.endMs)).toBe('2026-09-15T12:00:00.000Z')
    expect(iso(DATES.trialMs)).toBe('2026-11-08T09:20:00.000Z')
  })

  it('are on a first not before its bills', () => {
    const { presentMs, firsts } = sampleDates(Date.parse('2027-01-01T00:10:00Z'))
    expect(iso(presentMs)).toBe('2027-01-01T12:30:00.000Z')
    expect([iso(firsts[0]), presentMs]).toEqual(['2026-10-01T12:00:00.000Z', billedAt(firsts[MONTHS] ?? 0)])
  })

  it('are on a last not after a next month has begun in any of its zones', () => {
    expect(iso(sampleDates(Date.parse('2026-11-30T23:40:00Z')).presentMs)).toBe('2026-11-30T21:59:59.999Z')
    expect(iso(sampleDates(Date.parse('2026-11-30T21:40:00Z')).presentMs)).toBe('2026-11-30T21:40:00.000Z')
  })

  it.each([
    ['2026-11-18T09:20:00Z', '2026-09-16'],
    ['2027-01-01T03:00:00Z', '2026-10-30'],
    ['2027-03-31T12:00:00Z', '2027-01-29'],
    ['2027-05-01T18:00:00Z', '2027-02-28'],
    ['2028-05-01T18:00:00Z', '2028-02-29'],
  ])('on %s an anniversary began on %s', (now, day) => {
    expect(iso(sampleDates(Date.parse(now)).anniversaryMs)).toBe(`${day}T12:00:00.000Z`)
  })
})

describe('the sample company', () => {
  it('uses every model and every aggregation that the API offers', () => {
    const models = PLANS.flatMap(({ charges }) => charges.map(({ charge_model }) => charge_model))
    expect([...new Set(models)].sort()).toEqual([
      ...['dynamic', 'graduated', 'graduated_percentage', 'package', 'percentage', 'standard', 'volume'],
    ])
    expect(METRICS.map(({ aggregation_type }) => aggregation_type).sort()).toEqual([
      ...['count_agg', 'latest_agg', 'max_agg', 'sum_agg', 'unique_count_agg', 'weighted_sum_agg'],
    ])
    expect(PLANS.map(({ body }) => body.code)).toEqual(['starter', 'growth', 'scale', 'payments'])
  })

  it('has twelve customers in five countries, with addresses of example.com', () => {
    expect(SAMPLE_CUSTOMERS.map(({ external_id }) => external_id)).toContain('atelier-lumiere')
    expect(SAMPLE_CUSTOMERS).toHaveLength(12)
    expect([...new Set(SAMPLE_CUSTOMERS.map(({ country }) => country))]).toHaveLength(5)
    for (const { email, external_id } of SAMPLE_CUSTOMERS) expect(email).toBe(`${external_id}@example.com`)
  })

  it('has fourteen subscriptions of its customers and plans', () => {
    const subscriptions = sampleSubscriptions(DATES)
    expect(subscriptions).toHaveLength(14)
    const ids = new Set(SAMPLE_CUSTOMERS.map(({ external_id }) => external_id))
    const codes = new Set(PLANS.map(({ body }) => body.code))
    for (const { body } of subscriptions) {
      expect(ids).toContain(body.external_customer_id)
      expect(codes).toContain(body.plan_code)
    }
    expect(subscriptions.filter(({ body }) => 'plan_overrides' in body)).toHaveLength(1)
  })

  it('is paid, but for what is said', () => {
    expect(fateOf('northwind-robotics', 3)).toBe('paid')
    expect([1, 2, 3].map((month) => fateOf('harbour-freight-data', month))).toEqual([
      ...['unpaid', 'paid', 'unpaid'],
    ])
  })
})

describe('the events of the sample company', () => {
  const months = Array.from({ length: MONTHS + 1 }, (_, month) => sampleEvents(month, DATES))
  const all = months.flat()

  it('are the same each time, about twenty thousand', () => {
    expect(sampleEvents(2, DATES)).toEqual(months[2])
    expect(months.map(({ length }) => length)).toEqual([4497, 5286, 6129, 4312])
    expect(new Set(all.map(({ transaction_id }) => transaction_id)).size).toBe(all.length)
  })

  it('lie within their month and their subscription, and not after the present', () => {
    const spans = new Map(sampleSubscriptions(DATES).map((each) => [each.body.external_id, each]))
    for (const [month, events] of months.entries()) {
      const [from = 0, until = 0] = DATES.firsts.slice(month, month + 2)
      const outside = events.filter(({ timestamp, external_subscription_id }) => {
        const { fromMs = 0, untilMs = Number.MAX_SAFE_INTEGER } = spans.get(external_subscription_id) ?? {}
        const latest = Math.min(until - 86_400_000, untilMs, NOW)
        return timestamp * 1000 < Math.max(from, fromMs) || timestamp * 1000 >= latest
      })
      expect(outside).toEqual([])
    }
  })

  it('leave this month without calls of Northwind', () => {
    const calls = (month: number) =>
      months[month]?.filter(
        ({ external_subscription_id: id, code }) => id === 'northwind-robotics-1' && code === 'api_calls',
      ).length
    expect([calls(2), calls(3)]).toEqual([345, 0])
  })

  it('are sent a hundred at a time', () => {
    const batches = inBatches(all)
    expect(batches.flat()).toEqual(all)
    expect(batches.slice(0, -1).every(({ length }) => length === 100)).toBe(true)
  })

  it('have prices of their own where the price is dynamic', () => {
    const priced = all.filter(({ precise_total_amount_cents: cents }) => cents !== undefined)
    expect([...new Set(priced.map(({ external_subscription_id: id }) => id))].sort()).toEqual([
      ...['amber-labs-1', 'cedar-health-1'],
    ])
    for (const { precise_total_amount_cents: cents, properties } of priced)
      expect(Number(cents) * 50).toBeCloseTo(Number(properties.tokens))
  })
})
