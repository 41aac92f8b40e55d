import { describe, expect, it } from 'vitest'
import { Decimal } from '../amounts/decimal.ts'
import { type Instant, instant } from '../calendar/instant.ts'
import {
  alreadyPaidCents,
  type FixedPricing,
  lessPaid,
  priceFixedCharge,
  priceMoreUnits,
  remainingDays,
} from './price.ts'

const at = (text: string): Instant => instant(Date.parse(text))
const units = (full: number, weighed: string | number = full) => ({
  full: Decimal.of(full),
  weighed: Decimal.of(weighed),
})
const standard = (amount: string): FixedPricing => ({ model: 'standard', properties: { amount } })
const range = (from: number, to: number | null, per_unit_amount: string, flat_amount: string) => ({
  from_value: from,
  to_value: to,
  per_unit_amount,
  flat_amount,
})
const RANGES = [range(0, 10, '2', '5'), range(11, null, '1', '3')]
const graduated: FixedPricing = { model: 'graduated', properties: { graduated_ranges: RANGES } }
const volume: FixedPricing = { model: 'volume', properties: { volume_ranges: RANGES } }

const cents = (pricing: FixedPricing, full: number, weighed?: string | number) =>
  priceFixedCharge(pricing, units(full, weighed ?? full), 2).amountCents

describe('the price of a fixed charge', () => {
  it.each([
    ['from the 19th on', '1', 10, '4.193548', 419n],
    ['from the 19th on', '3', 5, '2.096774', 629n],
    ['a whole month', '3', 5, '5', 1500n],
    ['from the 21st on', '20', 1, '0.354839', 710n],
    ['up to the 21st', '1', 10, '6.774194', 677n],
    ['up to the 21st', '3', 5, '3.387097', 1016n],
  ])('%s: %s for %s units that come to %s is %s', (_, amount, full, weighed, expected) => {
    expect(cents(standard(amount), full, weighed)).toBe(expected)
  })

  it('shows all units, and the price of one of them', () => {
    const price = priceFixedCharge(standard('3'), units(5, '2.096774'), 2)
    expect([price.units.toString(), price.unitAmount.toString()]).toEqual(['5', '1.2580644'])
    expect(price.preciseAmountCents.toString()).toBe('629.0322')
  })

  it('fills the tiers with all units, and shrinks them with the days but for the flat amounts', () => {
    expect(cents(graduated, 15)).toBe(3300n)
    expect(cents(graduated, 15, 5)).toBe(1633n)
  })

  it('finds the tier of a volume by all units', () => {
    expect(cents(volume, 15)).toBe(1800n)
    expect(cents(volume, 15, 5)).toBe(800n)
  })

  it('owes the flat amount of the first tier without units', () => {
    expect([cents(graduated, 0), cents(volume, 0), cents(standard('9'), 0)]).toEqual([500n, 500n, 0n])
  })

  it('rounds in the currency', () => {
    expect(priceFixedCharge(standard('1.5'), units(1), 0).amountCents).toBe(2n)
    expect(priceFixedCharge(standard('1.0005'), units(1), 3).amountCents).toBe(1001n)
  })
})

describe('more units', () => {
  const more = (count: number, days = 1, of = 1) =>
    priceMoreUnits(standard('200'), { units: Decimal.of(count), days, of }, 2)

  it('cost what they are more than what was paid', () => {
    expect([more(5).amountCents, more(5).units.toString()]).toEqual([100_000n, '5'])
    expect([more(0).amountCents, more(-5).amountCents, more(-5).units.toString()]).toEqual([0n, 0n, '0'])
  })

  it('cost the days that are left, unrounded', () => {
    const price = more(10, 26, 29)
    expect(price.amountCents).toBe(179_310n)
    expect(price.preciseAmountCents.round(9).toString()).toBe('179310.344827586')
    expect(price.unitAmount.round(9).toString()).toBe('179.310344828')
  })

  it('count the day of the change', () => {
    const window = { from: at('2024-02-01T00:00:00Z'), to: at('2024-02-29T23:59:59.999Z') }
    expect(remainingDays(at('2024-02-04T00:00:00Z'), window, 'UTC')).toBe(26)
    expect(remainingDays(at('2024-02-04T00:00:00Z'), window, 'America/New_York')).toBe(27)
  })
})

describe('what the plan before was paid', () => {
  const window = (from: string, to: string) => ({ from: at(from), to: at(to) })

  it('532 of 1,500 for 11 of 31 days', () => {
    const paid = {
      period: window('2023-08-01T00:00:00Z', '2023-08-31T23:59:59.999Z'),
      billedAt: at('2023-08-01T00:10:00Z'),
      amountCents: 1500n,
    }
    const rest = window('2023-08-21T12:00:00Z', '2023-08-31T23:59:59.999Z')
    expect(alreadyPaidCents(paid, rest, 'UTC')).toBe(532n)
    const price = priceFixedCharge(standard('10'), units(10, '3.548387'), 2)
    const less = lessPaid(price, 532n)
    expect([less.amountCents, less.preciseAmountCents.toString()]).toEqual([3016n, '3016.387'])
    expect(less.unitAmount.toString()).toBe('3.548387')
  })

  it('484 of 1,065 for 10 of 22 days', () => {
    const paid = {
      period: window('2025-12-10T12:12:00Z', '2025-12-31T23:59:59.999Z'),
      billedAt: at('2025-12-10T12:12:00Z'),
      amountCents: 1065n,
    }
    const rest = window('2025-12-22T12:12:00Z', '2025-12-31T23:59:59.999Z')
    expect(alreadyPaidCents(paid, rest, 'UTC')).toBe(484n)
    const ten = priceFixedCharge(standard('10'), units(10, '3.225806'), 2)
    expect(lessPaid(ten, 484n).amountCents).toBe(2742n)
  })

  it('takes no more than the price', () => {
    const price = priceFixedCharge(standard('1'), units(1), 2)
    expect(lessPaid(price, 500n)).toMatchObject({ amountCents: 0n })
  })
})
