import { expect, it } from 'vitest'
import { stepsOf } from './balance-line.tsx'

it('a balance keeps its height until it moves', () => {
  const points = [
    [0, 50],
    [10, 20],
    [30, 40],
  ] as const
  expect(stepsOf(points, 60)).toBe('M0.0 50.0H10.0V20.0H30.0V40.0H60.0')
  expect(stepsOf([[5, 5]], 4)).toBe('M5.0 5.0H5.0')
  expect(stepsOf([], 60)).toBe('')
})
