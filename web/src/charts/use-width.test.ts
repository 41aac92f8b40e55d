import { describe, expect, it } from 'vitest'
import { hasLabel } from './use-width.ts'

const labelled = (count: number, slot: number) =>
  Array.from({ length: count }, (_, n) => n).filter((n) => hasLabel(n, count, slot))

describe('labels of months', () => {
  it('are all there where they have room', () => {
    expect(labelled(3, 30)).toEqual([0, 1, 2])
  })

  it('are as many as fit, the last one always', () => {
    expect(labelled(12, 25)).toEqual([1, 3, 5, 7, 9, 11])
    expect(labelled(7, 10)).toEqual([0, 3, 6])
  })
})
