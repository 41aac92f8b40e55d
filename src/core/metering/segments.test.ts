import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DAY_MS, HOUR_MS, instant } from '../calendar/instant.ts'
import { cutsOfHour, segmentsOf, startOfPart } from './segments.ts'

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

  it('reads no events at an edge where the hour is cut', () => {
    fc.assert(
      fc.property(fc.option(instants), instants, instants, (from, to, other) => {
        const edges = [from, to, other].flatMap((at) => (at === null ? [] : [instant(at)]))
        const hours = edges.map((at) => instant(Math.floor(at / HOUR_MS) * HOUR_MS))
        const cuts = hours.flatMap((hour) => cutsOfHour(hour, edges))
        const segments = segmentsOf(from, to, cuts)
        if (from !== null && from >= to) {
          expect(segments).toEqual([])
          return
        }
        expect([segments[0]?.from, segments.at(-1)?.to]).toEqual([from, to])
        for (const [index, each] of segments.entries()) {
          if (index > 0) expect(each.from).toBe(segments[index - 1]?.to)
          expect(each.kind).not.toBe('raw')
          if (each.kind !== 'hour') continue
          for (const edge of [each.from ?? 0, each.to]) {
            expect(edge % HOUR_MS === 0 || cuts.some((cut) => cut === edge)).toBe(true)
          }
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
    ['half past', [1_800_000], [1_800_000]],
    ['the first and the last millisecond', [1, HOUR_MS - 1], [1, HOUR_MS - 1]],
    ['in order and once', [7000, 5000, 7000], [5000, 7000]],
  ])('%s', (_, edges, expected) => {
    const cuts = cutsOfHour(
      hour,
      edges.map((ms) => instant(hour + ms)),
    )
    expect(cuts.map((at) => at - hour)).toEqual(expected)
  })
})

describe('startOfPart', () => {
  const hour = 10 * HOUR_MS
  const cuts = [hour - 5, hour + 5000, hour + 7000, hour + HOUR_MS + 5]
  it.each([
    [0, 0],
    [4999, 0],
    [5000, 5000],
    [6999, 5000],
    [7000, 7000],
    [HOUR_MS - 1, 7000],
    [HOUR_MS, HOUR_MS],
  ])('%i ms into the hour', (at, expected) => {
    expect(startOfPart(instant(hour + at), cuts) - hour).toBe(expected)
    expect(startOfPart(instant(hour + at)) - hour).toBe(at === HOUR_MS ? HOUR_MS : 0)
  })
})
