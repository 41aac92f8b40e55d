import { describe, expect, it } from 'vitest'
import { ExactNumber } from '../input/exact-number.ts'
import {
  areContinuous,
  GRADUATED_STEPS,
  parseBound,
  rangeList,
  storableRanges,
  VOLUME_STEPS,
} from './ranges-check.ts'

const ranges = (...bounds: (readonly [unknown, unknown])[]) =>
  bounds.map(([from_value, to_value]) => ({ from_value, to_value }))

describe('continuity of ranges', () => {
  it.each([
    ['one open range', ranges([0, null]), true, true],
    ['a first range from 1', ranges([1, 5], [6, null]), true, true],
    ['touching ranges', ranges([0, 5], [5, null]), true, false],
    ['the next unit', ranges([0, 5], [6, null]), true, true],
    ['one unit left out', ranges([0, 5], [7, null]), false, true],
    ['two units left out', ranges([0, 5], [8, null]), false, false],
    ['an overlap', ranges([0, 5], [4, null]), false, false],
    ['a first range from 2', ranges([2, null]), false, false],
    ['a last range with an end', ranges([0, 5], [6, 9]), false, false],
    ['an open range in the middle', ranges([0, null], [1, null]), false, false],
    ['an empty range', ranges([0, 0], [1, null]), false, false],
    ['fractions as numbers and texts', ranges([0, 0.1], ['0.1', '1'], [1, null]), true, false],
    ['a bound that is no number', ranges(['x', null]), false, false],
    ['a missing first bound', ranges([undefined, null]), false, false],
  ])('%s', (_name, list, graduated, volume) => {
    expect(areContinuous(list, GRADUATED_STEPS)).toBe(graduated)
    expect(areContinuous(list, VOLUME_STEPS)).toBe(volume)
  })

  it('reads bounds from numbers and texts only', () => {
    expect(parseBound(0.1)?.toString()).toBe('0.1')
    expect(parseBound('1e3')?.toString()).toBe('1000')
    expect(parseBound(Number.NaN)).toBeUndefined()
    expect(parseBound(true)).toBeUndefined()
  })

  it('keeps bounds that a double would round as decimal strings', () => {
    const digits = '12345678901234567890.5'
    expect(parseBound(new ExactNumber(digits))?.toString()).toBe(digits)
    const stored = storableRanges(ranges([0, new ExactNumber(digits)], [new ExactNumber(digits), null]))
    expect(stored).toEqual(ranges([0, digits], [digits, null]))
    // What is no bound stays what it is, and is refused.
    const absurd = new ExactNumber('1e999999')
    expect(storableRanges(ranges([0, absurd]))).toEqual(ranges([0, absurd]))
    expect(storableRanges(['x', null])).toEqual(['x', null])
    expect(storableRanges('x')).toBe('x')
  })

  it('takes entries that are no objects for empty ranges, which are not continuous', () => {
    expect(rangeList('x')).toBeUndefined()
    expect(areContinuous(rangeList(['x', null]) ?? [], GRADUATED_STEPS)).toBe(false)
  })
})
