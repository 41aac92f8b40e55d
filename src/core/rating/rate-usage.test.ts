import { describe, expect, it } from 'vitest'
import { ratedCharge } from '../../../test/support/rating-fixtures.ts'
import { at } from '../../../test/support/subscription-fixtures.ts'
import { DAY_MS, instant } from '../calendar/instant.ts'
import { type RawEvent, usageOf } from '../metering/reference.ts'
import type { RatedCharge } from './charge.ts'
import { type RatingPurpose, rateBucket } from './rate-usage.ts'
import { planUsage } from './usage-plan.ts'

type Sent = readonly [date: string, n: number]

/** Cents, units, aggregated units and events of one charge without filters and groups in a month `YYYY-MM`. */
function rated(
  charge: RatedCharge,
  sent: readonly Sent[],
  month: string,
  purpose: RatingPurpose = 'billing',
) {
  const events = sent.map(([date, n], k): RawEvent => {
    const source = { code: 'm', externalSubscriptionId: 's', preciseTotalAmountCents: null }
    return {
      ...source,
      id: String(k),
      transactionId: `t${k}`,
      at: at(`${date}T12:00:00Z`),
      properties: { n },
    }
  })
  const from = at(`${month}-01T00:00:00Z`)
  const end = new Date(from)
  end.setUTCMonth(end.getUTCMonth() + 1)
  const period = { from, to: instant(end.getTime()) }
  const [bucket] = planUsage(charge, 's', period)
  if (!bucket) throw new Error('a charge without a bucket')
  const [usage] = rateBucket(
    charge,
    bucket,
    { groups: usageOf(events, bucket.query), presentation: [] },
    {
      purpose,
      window: { from, to: instant(period.to - 1) },
      durationDays: (period.to - from) / DAY_MS,
      endedByUpgrade: false,
      zone: 'UTC',
      exponent: 2,
      advanceStateOf: () => null,
    },
  )
  if (!usage) throw new Error('a bucket without a group')
  const { fee, totalAggregatedUnits, eventsCount } = usage
  return [Number(fee.amountCents), fee.units.toString(), totalAggregatedUnits.toString(), eventsCount]
}

describe('a percentage of a weighted sum', () => {
  const weighted = (recurring: boolean, properties: object) =>
    ratedCharge({
      model: 'percentage',
      properties: { rate: '1', fixed_amount: '10', ...properties },
      metric: { aggregation: 'weighted_sum_agg', recurring },
    })
  const february: Sent[] = [
    ['2024-02-01', 10],
    ['2024-02-02', 10],
    ['2024-02-03', 10],
  ]

  it('takes the events of the period for transactions, and none of the periods before', () => {
    const limited = weighted(true, { per_transaction_min_amount: '1' })
    expect(rated(limited, february, '2024-02')[0]).toBe(3030)
    expect(rated(limited, february, '2024-03')).toEqual([0, '30', '30', 0])
    expect(rated(limited, [...february, ['2024-03-05', -10]], '2024-03')[0]).toBe(990)
  })

  it('gives no free allowance by running totals', () => {
    const free = weighted(false, { free_units_per_total_aggregation: '1000000' })
    expect(rated(free, february, '2024-02')[0]).toBe(3000 + 28)
  })
})

describe('units that are below zero only in shares of the period', () => {
  const charge = ratedCharge({
    model: 'graduated',
    prorated: true,
    properties: {
      graduated_ranges: [
        { from_value: 0, to_value: 2, per_unit_amount: '0', flat_amount: '0' },
        { from_value: 3, to_value: null, per_unit_amount: '150', flat_amount: '0' },
      ],
    },
    metric: { recurring: true },
  })
  const september: Sent[] = ['05', '06', '07'].map((day) => [`2023-09-${day}`, -1])
  const october: Sent[] = [1, 2, 3, 4].map(() => ['2023-10-10', 1])

  it.each([
    ['row 38: current usage shows the full number', [...september, ...october], [0, '1', '1']],
    [
      'row 39: with one that came late',
      [['2023-09-08', 1] as const, ...september, ...october],
      [0, '2', '2'],
    ],
    ['but not below zero', [...september, ...october.slice(2)], [0, '0', '0']],
  ])('%s', (_, sent, expected) => {
    expect(rated(charge, sent, '2023-10', 'current').slice(0, 3)).toEqual(expected)
  })

  it('bill a fee of nothing, without aggregated units', () => {
    expect(rated(charge, [...september, ...october], '2023-10').slice(0, 3)).toEqual([0, '0', '0'])
    expect(rated(ratedCharge(), [['2023-10-10', -3]], '2023-10').slice(0, 3)).toEqual([0, '0', '0'])
  })

  it('a weighted sum below zero has no level either', () => {
    const weighted = ratedCharge({ metric: { aggregation: 'weighted_sum_agg' } })
    const sent: Sent[] = [
      ['2023-10-01', -10],
      ['2023-10-31', 15],
    ]
    expect(rated(weighted, sent, '2023-10').slice(0, 3)).toEqual([0, '0', '0'])
    expect(rated(weighted, [['2023-10-16', 62]], '2023-10').slice(0, 3)).toEqual([3100, '31', '62'])
  })
})
