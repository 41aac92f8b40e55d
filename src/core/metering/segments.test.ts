import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DAY_MS, HOUR_MS } from '../calendar/instant.ts'
import { segmentsOf } from './segments.ts'

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
})
