import { describe, expect, it } from 'vitest'
import { niceTicks, scaleOf } from './scale.ts'

describe('scales', () => {
  it('map 0 and the maximum to the ends', () => {
    const y = scaleOf(50, 190, 10)
    expect([y(0), y(25), y(50)]).toEqual([190, 100, 10])
  })

  it.each([
    [100, 4, [0, 25, 50, 75, 100]],
    [7, 4, [0, 2, 4, 6]],
    [0.03, 3, [0, 0.01, 0.02, 0.03]],
    [0, 4, [0]],
  ])('have round steps up to %s', (max, count, ticks) => {
    expect(niceTicks(max, count)).toEqual(ticks)
  })
})
