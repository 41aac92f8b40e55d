import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DAY_MS, HOUR_MS, instant, SECOND_MS } from '../calendar/instant.ts'
import { cutsOfHour, segmentsOf } from './segments.ts'

const instants = fc.integer({ min: -10 * DAY_MS, max: 90 * DAY_MS })

describe('segmentsOf', () => {
  it('tiles every window in order, with whole days and hours and short edges', () => {
    fc.assert(
      fc.property(fc.option(instants), instants, (from, to) => {
        const segments = segmentsOf(from, to)
        if (from !== null && from >= to) {
          expect(segments).toEqual([])
          return
        }
        expect(segments[0]?.from).toBe(from)
        expect(segments.at(-1)?.to).toBe(to)
        for (const [index, each] of segments.entries()) {
          if (index > 0) expect(each.from).toBe(segments[index - 1]?.to)
          const unit = each.kind === 'day' ? DAY_MS : each.kind === 'hour' ? HOUR_MS : 1
          expect(Math.abs((each.from ?? 0) % unit) + Math.abs(each.to % unit)).toBe(0)
          if (each.kind === 'raw') expect(each.to - (each.from ?? 0)).toBeLessThan(2 * HOUR_MS)
        }
      }),
    )
  })

  it('reads less than a second of events at an edge where the hour is cut', () => {
    fc.assert(
      fc.property(fc.option(instants), instants, instants, (from, to, other) => {
        const edges = [from, to, other].flatMap((at) => (at === null ? [] : [instant(at)]))
        const hours = edges.map((at) => instant(Math.floor(at / HOUR_MS) * HOUR_MS))
        const cuts = new Set<number>(hours.flatMap((hour) => cutsOfHour(hour, edges)))
        const segments = segmentsOf(from, to, cuts)
        if (from !== null && from >= to) {
          expect(segments).toEqual([])
          return
        }
        expect([segments[0]?.from, segments.at(-1)?.to]).toEqual([from, to])
        for (const [index, each] of segments.entries()) {
          if (index > 0) expect(each.from).toBe(segments[index - 1]?.to)
          if (each.kind === 'raw') expect(each.to - (each.from ?? 0)).toBeLessThan(2 * SECOND_MS)
          if (each.kind !== 'hour') continue
          for (const edge of [each.from ?? 0, each.to])
            expect(edge % HOUR_MS === 0 || cuts.has(edge)).toBe(true)
        }
      }),
    )
  })
})

describe('cutsOfHour', () => {
  const hour = instant(10 * HOUR_MS)
  it.each<[string, number[], number[]]>([
    ['no edge', [], []],
    ['the hour itself and the next one', [0, HOUR_MS], []],
    ['another hour', [-1000, HOUR_MS + 1000], []],
    ['a whole second', [1_800_000], [1_800_000]],
    ['inside a second', [5500], [5000, 6000]],
    ['inside the first and the last second', [1, HOUR_MS - 1], [1000, HOUR_MS - 1000]],
    ['in order and once', [7000, 5000, 7000], [5000, 7000]],
  ])('%s', (_, edges, expected) => {
    const cuts = cutsOfHour(
      hour,
      edges.map((ms) => instant(hour + ms)),
    )
    expect(cuts.map((at) => at - hour)).toEqual(expected)
  })
})
