import { describe, expect, it } from 'vitest'
import { ExactNumber } from '../input/exact-number.ts'
import { matchesEvent } from './event-match.ts'
import type { EventMatch } from './usage.ts'

const match: EventMatch = {
  include: { a: ['1', 'x'] },
  exclude: [{ b: ['no'], c: ['yes'] }, { d: ['true'] }],
}

describe('matchesEvent', () => {
  it.each([
    [{ a: '1' }, true],
    [{ a: 1 }, true],
    [{ a: new ExactNumber('1') }, true],
    [{ a: new ExactNumber('1.0') }, false],
    [{ a: 'x', b: 'no' }, true],
    [{ a: 'x', b: 'no', c: 'yes' }, false],
    [{ a: 'x', d: true }, false],
    [{ a: null }, false],
    [{}, false],
  ])('case %#', (properties, expected) => {
    expect(matchesEvent(properties, match)).toBe(expected)
  })

  it('matches everything when nothing is given', () => {
    expect(matchesEvent({}, { include: {}, exclude: [] })).toBe(true)
  })
})
