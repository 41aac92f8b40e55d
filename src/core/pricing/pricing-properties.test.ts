import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Decimal } from '../amounts/decimal.ts'
import { type ChargeProperties, type PricedUsage, plainUsage } from './charge-model.ts'
import { type ChargeModelName, chargeModels } from './models.ts'
import { freeAllowanceOf } from './percentage.ts'
import { usageAroundEvent } from './price-in-advance.ts'
import { runningTotalsOf } from './running-totals.ts'

const d = Decimal.of
const RUNS = { numRuns: 150 }

const cents = fc.integer({ min: 0, max: 100_000 })
const amount = cents.map((value) => d(value).times(d('0.01')).toString())
const quantity = fc.integer({ min: 0, max: 40_000 }).map((value) => d(value).times(d('0.1')))
const whole = fc.integer({ min: 1, max: 60 }).map((value) => d(value))
const widths = fc.array(fc.integer({ min: 2, max: 30 }), { maxLength: 4 })

type Tier = Record<string, unknown>

/** Numbered ranges (0-10, 11-20, …) of these widths, each with prices of its own, the last one open. */
const ranges = (price: 'per_unit_amount' | 'rate') =>
  fc
    .tuple(widths, fc.array(fc.tuple(amount, amount), { minLength: 5, maxLength: 5 }))
    .map(([list, prices]) => {
      const tiers: Tier[] = []
      let end = 0
      for (const [k, [perUnit, flat]] of prices.slice(0, list.length + 1).entries()) {
        const width = list[k]
        const from = k === 0 ? 0 : end + 1
        end += width ?? 0
        tiers.push({
          from_value: from,
          to_value: width === undefined ? null : end,
          [price]: perUnit,
          flat_amount: flat,
        })
      }
      return tiers
    })

const packages = fc.record({
  amount,
  package_size: fc.integer({ min: 1, max: 50 }),
  free_units: fc.integer({ min: 0, max: 50 }),
})
const percentages = fc.record({ rate: amount, fixed_amount: amount })

const charges: fc.Arbitrary<readonly [ChargeModelName, ChargeProperties]> = fc.oneof(
  amount.map((value) => ['standard', { amount: value }] as const),
  ranges('per_unit_amount').map((list) => ['graduated', { graduated_ranges: list }] as const),
  ranges('rate').map((list) => ['graduated_percentage', { graduated_percentage_ranges: list }] as const),
  packages.map((properties) => ['package', properties] as const),
  percentages.map((properties) => ['percentage', properties] as const),
)

const priceOf = (model: ChargeModelName, properties: ChargeProperties, usage: PricedUsage) =>
  chargeModels[model].price(properties, usage)

/** The sum of the marginal prices of events that arrive one after another. */
function oneByOne(model: ChargeModelName, properties: ChargeProperties, values: readonly Decimal[]): Decimal {
  return Decimal.sum(
    values.map((value, k) => {
      const usage = eventsUsage(model, properties, values.slice(0, k + 1))
      const share = { added: value, shownUnits: value, isFirst: k === 0, preciseTotalAmount: Decimal.zero }
      const { withEvent, withoutEvent } = usageAroundEvent(usage, share)
      const before = priceOf(model, properties, withoutEvent)
      return priceOf(model, properties, withEvent).amount.minus(before.amount)
    }),
  )
}

function eventsUsage(model: ChargeModelName, properties: ChargeProperties, eventValues: readonly Decimal[]) {
  const runningTotals =
    model === 'percentage' ? runningTotalsOf(freeAllowanceOf(properties), eventValues) : []
  return { ...plainUsage(Decimal.sum(eventValues), eventValues.length), eventValues, runningTotals }
}

describe('what prices always keep', () => {
  it('the generated charges are valid', () => {
    fc.assert(
      fc.property(charges, ([model, properties]) => {
        expect(chargeModels[model].check(properties)).toEqual([])
      }),
      RUNS,
    )
  })

  it('a price never falls as units grow (except for volume)', () => {
    fc.assert(
      fc.property(charges, quantity, quantity, ([model, properties], a, b) => {
        const fewer = priceOf(model, properties, plainUsage(Decimal.min(a, b), 1)).amount
        const more = priceOf(model, properties, plainUsage(Decimal.max(a, b), 1)).amount
        expect(more.compare(fewer)).toBeGreaterThanOrEqual(0)
      }),
      RUNS,
    )
  })

  it('volume does fall where a cheaper tier begins', () => {
    const properties = {
      volume_ranges: [
        { from_value: 0, to_value: 100, per_unit_amount: '2', flat_amount: '10' },
        { from_value: 101, to_value: null, per_unit_amount: '1', flat_amount: '0' },
      ],
    }
    const at = (units: number) => priceOf('volume', properties, plainUsage(d(units))).amount
    expect(at(101).compare(at(100))).toBe(-1)
  })
})

describe('what prices in advance keep', () => {
  it('units priced one by one in advance cost what they cost together', () => {
    fc.assert(
      fc.property(
        charges,
        fc.array(whole, { minLength: 1, maxLength: 12 }),
        ([model, properties], values) => {
          const together = priceOf(model, properties, eventsUsage(model, properties, values)).amount
          expect(oneByOne(model, properties, values).toString()).toBe(together.toString())
        },
      ),
      RUNS,
    )
  })

  it('so do transactions held between limits', () => {
    const limited = fc.record({
      rate: amount,
      fixed_amount: amount,
      per_transaction_min_amount: fc.constant('3'),
      per_transaction_max_amount: fc.constant('50'),
      free_units_per_events: fc.option(fc.integer({ min: 1, max: 4 })),
      free_units_per_total_aggregation: fc.option(amount),
    })
    fc.assert(
      fc.property(limited, fc.array(whole, { minLength: 1, maxLength: 12 }), (properties, values) => {
        const together = priceOf(
          'percentage',
          properties,
          eventsUsage('percentage', properties, values),
        ).amount
        expect(oneByOne('percentage', properties, values).toString()).toBe(together.toString())
      }),
      RUNS,
    )
  })
})

describe('what tiers keep', () => {
  it('the shown ranges add up to the amount', () => {
    fc.assert(
      fc.property(ranges('per_unit_amount'), quantity, (list, units) => {
        const { amount: total, details } = priceOf('graduated', { graduated_ranges: list }, plainUsage(units))
        const lines = details.graduated_ranges as readonly Record<string, string>[]
        expect(Decimal.sum(lines.map((line) => d(line.total_with_flat_amount ?? ''))).equals(total)).toBe(
          true,
        )
        expect(Decimal.sum(lines.map((line) => d(line.units ?? ''))).equals(units)).toBe(true)
      }),
      RUNS,
    )
  })

  it('prorated tiers with every share whole cost what plain tiers cost', () => {
    fc.assert(
      fc.property(
        ranges('per_unit_amount'),
        fc.array(whole, { minLength: 1, maxLength: 8 }),
        (list, values) => {
          const properties = { graduated_ranges: list }
          const usage = plainUsage(Decimal.sum(values))
          const movements = values.map((units) => ({ units, prorated: units }))
          const moved = priceOf('graduated', properties, { ...usage, movements }).amount
          expect(moved.equals(priceOf('graduated', properties, usage).amount)).toBe(true)
        },
      ),
      RUNS,
    )
  })
})
