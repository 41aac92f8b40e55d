import { describe, expect, it } from 'vitest'
import { mayMove, moved, SUBSCRIPTION_STATUSES } from './lifecycle.ts'

describe('lifecycle', () => {
  it('allows the moves of the specification and no others', () => {
    const moves = SUBSCRIPTION_STATUSES.flatMap((from) =>
      SUBSCRIPTION_STATUSES.filter((to) => mayMove(from, to)).map((to) => `${from} ${to}`),
    )
    expect(moves).toEqual([
      'pending incomplete',
      'pending active',
      'pending canceled',
      'incomplete active',
      'incomplete canceled',
      'active terminated',
    ])
  })

  it('stops on a move that cannot be', () => {
    expect(moved('pending', 'active')).toBe('active')
    expect(() => moved('terminated', 'active')).toThrow('a terminated subscription cannot become active')
  })
})
