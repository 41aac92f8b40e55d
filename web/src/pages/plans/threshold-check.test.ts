import { expect, it } from 'vitest'
import { problemOfThresholds } from './threshold-check.ts'

const of = (...amounts: readonly (readonly [string, boolean])[]) =>
  problemOfThresholds(
    amounts.map(([amount, recurring]) => ({ amount, recurring, name: '' })),
    'EUR',
  )

it('wants amounts above zero, each once; the one that repeats may be as large as another', () => {
  expect(of()).toBeUndefined()
  expect(of(['10', false], ['10.00', false])).toBe('Two thresholds have the same amount.')
  expect(of(['10', false], ['10', true])).toBeUndefined()
  expect(of(['', false])).toBe('Every threshold needs an amount above zero.')
  expect(of(['0', false])).toBe('Every threshold needs an amount above zero.')
})
