import { describe, expect, it } from 'vitest'
import { at } from '../../../test/support/subscription-fixtures.ts'
import { Decimal } from '../amounts/decimal.ts'
import { commitmentEnd, commitmentFloor, commitmentTrueUp } from './commitment.ts'

/** Both dates included, from the start of the first to the end of the last. */
const span = (from: string, to: string) => ({ from: at(from), to: at(`${to}T23:59:59.999Z`) })

function trueUp(period: [string, string], billed: [string, string], feesCents: bigint) {
  const { from: billedFrom, to: billedTo } = span(...billed)
  const covered = { period: span(...period), billedFrom, billedTo, zone: 'UTC' }
  const fees = { amountCents: feesCents, preciseAmountCents: Decimal.of(feesCents) }
  return commitmentTrueUp(1_000_000n, covered, fees)?.amountCents ?? null
}

describe('a minimum commitment of 1,000,000', () => {
  it.each<[string, [string, string], [string, string], bigint, bigint]>([
    ['full period', ['2024-05-01', '2024-05-31'], ['2024-05-01', '2024-05-31'], 100_000n, 900_000n],
    ['weekly', ['2023-01-30', '2023-02-05'], ['2023-02-01', '2023-02-05'], 71_429n, 642_857n],
    ['monthly', ['2023-02-01', '2023-02-28'], ['2023-02-04', '2023-02-28'], 89_286n, 803_571n],
    ['quarterly', ['2023-01-01', '2023-03-31'], ['2023-02-04', '2023-03-31'], 62_222n, 560_000n],
    ['yearly', ['2022-01-01', '2022-12-31'], ['2022-02-01', '2022-12-31'], 91_507n, 823_561n],
    ['in advance, first', ['2024-02-01', '2024-02-29'], ['2024-02-28', '2024-02-29'], 690n + 7000n, 61_276n],
    ['in advance, March', ['2024-03-01', '2024-03-31'], ['2024-03-01', '2024-03-31'], 11_500n, 988_500n],
    ['anniversary', ['2024-02-28', '2024-03-27'], ['2024-02-28', '2024-03-27'], 17_000n, 983_000n],
  ])('%s', (_name, period, billed, fees, expected) => {
    expect(trueUp(period, billed, fees)).toBe(expected)
  })

  it('makes no fee when it is met', () => {
    const may: [string, string] = ['2024-05-01', '2024-05-31']
    expect(trueUp(may, may, 1_000_000n)).toBeNull()
    expect(trueUp(may, may, 2_000_000n)).toBeNull()
  })

  it('does not exceed the whole when the subscription was rotated after the period', () => {
    const period = span('2024-05-01', '2024-05-31')
    const billedTo = commitmentEnd(at('2024-06-01T00:15:00Z'), period.to, at('2024-06-01T00:15:00Z'))
    expect(billedTo).toBe(period.to)
    const covered = { period, billedFrom: period.from, billedTo, zone: 'UTC' }
    expect(commitmentFloor(1_000_000n, covered)).toBe(1_000_000n)
    expect(commitmentEnd(period.to, period.to, null)).toBe(period.to)
    expect(commitmentEnd(period.to, period.to, at('2024-05-10'))).toBe(at('2024-05-10'))
  })

  it('keeps the exact fees in the precise amount', () => {
    const period = span('2024-05-01', '2024-05-31')
    const covered = { period, billedFrom: period.from, billedTo: period.to, zone: 'UTC' }
    const fees = { amountCents: 55n, preciseAmountCents: Decimal.of('54.8387') }
    expect(commitmentTrueUp(100n, covered, fees)?.preciseAmountCents.toString()).toBe('45.1613')
  })
})
