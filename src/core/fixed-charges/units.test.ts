import { describe, expect, it } from 'vitest'
import { Decimal } from '../amounts/decimal.ts'
import { type Instant, instant } from '../calendar/instant.ts'
import { type RecordedUnits, unitsOfPeriod } from './units.ts'

const at = (text: string): Instant => instant(Date.parse(text.length === 10 ? `${text}T00:00:00Z` : text))

/** `[units, applies at, recorded on]` */
function records(...rows: readonly (readonly [number, string, string])[]): RecordedUnits[] {
  return rows
    .map(([units, appliesAt, createdAt]) => ({
      units: Decimal.of(units),
      appliesAt: at(appliesAt),
      createdAt: at(createdAt),
    }))
    .sort((a, b) => a.createdAt - b.createdAt)
}

function unitsIn(list: readonly RecordedUnits[], from: string, to: string, durationDays: number) {
  const window = { from: at(from), to: at(`${to}T23:59:59.999Z`) }
  const units = unitsOfPeriod(list, { window, durationDays, zone: 'UTC', prorated: true })
  return [units?.full.toString(), units?.weighed.toString()]
}

describe('units of a period', () => {
  it('changes that were to come and are replaced do not count', () => {
    const list = records(
      [30, '2024-01-01', '2024-01-01'],
      [10, '2025-01-01', '2025-01-09'],
      [5, '2025-02-01', '2025-01-05'],
      [77, '2025-01-22', '2025-01-07'],
      [7, '2025-01-20', '2025-01-10'],
      [12, '2025-03-01', '2025-01-20'],
      [70, '2025-02-10', '2025-01-30'],
    )
    expect(unitsIn(list, '2024-12-01', '2024-12-31', 31)).toEqual(['30', '30'])
    expect(unitsIn(list, '2025-01-01', '2025-01-31', 31)[1]).toBe('8.838709')
    expect(unitsIn(list, '2025-02-01', '2025-02-28', 28)[1]).toBe('49.75')
    expect(unitsIn(list, '2025-03-01', '2025-03-31', 31)[1]).toBe('70')
  })

  it('half a period each', () => {
    const list = records([10, '2025-04-01', '2025-04-01'], [5, '2025-04-16', '2025-04-16'])
    expect(unitsIn(list, '2025-04-01', '2025-04-30', 30)).toEqual(['5', '7.5'])
  })

  it('count the day of the start and the day of the end', () => {
    const list = records([10, '2023-07-19T12:12:01Z', '2023-07-19T12:12:00Z'])
    expect(unitsIn(list, '2023-07-19T12:12:00Z', '2023-07-31', 31)).toEqual(['10', '4.193548'])
    expect(unitsIn(list, '2023-07-19T12:12:00Z', '2023-07-19', 31)).toEqual(['10', '0.322581'])
  })

  it('are the last ones when nothing is prorated, and none before the first', () => {
    const list = records([10, '2025-04-01', '2025-04-01'], [5, '2025-04-16', '2025-04-16'])
    const window = { from: at('2025-04-01'), to: at('2025-04-30T23:59:59.999Z') }
    const period = { window, durationDays: 30, zone: 'UTC', prorated: false }
    expect(unitsOfPeriod(list, period)?.weighed.toString()).toBe('5')
    expect(unitsOfPeriod([], period)).toBeNull()
  })
})
