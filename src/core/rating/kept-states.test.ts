import { describe, expect, it } from 'vitest'
import { ratedCharge } from '../../../test/support/rating-fixtures.ts'
import { Decimal } from '../amounts/decimal.ts'
import type { GroupedBy, PropertyValues } from '../metering/usage.ts'
import { type KeptState, keptStates } from './kept-states.ts'

function kept(groupedBy: GroupedBy, current: number, max: number): KeptState {
  const state = { current: Decimal.of(current), max: Decimal.of(max), maxProrated: Decimal.of(max) }
  return { chargeId: 'charge', filterId: null, groupedBy, state }
}

const charge = ratedCharge({ payInAdvance: true })

function found(states: readonly KeptState[], narrowing: PropertyValues, groupedBy: GroupedBy) {
  const state = keptStates(states, narrowing)(charge, null, groupedBy)
  return state && [state.current.toNumber(), state.max.toNumber(), state.maxProrated.toNumber()]
}

describe('what was charged for a line of current usage', () => {
  const states = [
    kept({ w: 'a', u: '1' }, 6, 10),
    kept({ w: 'a', u: '2' }, 5, 5),
    kept({ w: 'b', u: '1' }, 0, 7),
    kept({ w: 'b', u: null }, 1, 2),
  ]

  it.each<[string, PropertyValues, GroupedBy, number[] | null]>([
    ['its own group', {}, { u: '1', w: 'a' }, [6, 10, 10]],
    ['no value is a group too', {}, { w: 'b', u: null }, [1, 2, 2]],
    ['a group that was not charged', {}, { w: 'c', u: '1' }, null],
    ['one key that no longer splits', { w: ['a'] }, { u: '2' }, [5, 5, 5]],
    ['several values of it', { w: ['a', 'b'] }, { u: '1' }, [6, 17, 17]],
    ['nothing splits', {}, {}, [12, 24, 24]],
    ['a key that the groups do not name', { region: ['eu'] }, { w: 'a', u: '1' }, null],
    ['a group by a key that none was charged by', {}, { w: 'a', u: '1', tier: null }, null],
  ])('%s', (_, narrowing, groupedBy, expected) => {
    expect(found(states, narrowing, groupedBy)).toEqual(expected)
  })

  it('an event without a wallet was charged in a group that does not name it', () => {
    const wallets = [kept({ w: 'a' }, 6, 10), kept({ w: 'a', target_wallet_code: 'x' }, 3, 3)]
    expect(found(wallets, {}, { w: 'a', target_wallet_code: null })).toEqual([6, 10, 10])
    expect(found(wallets, {}, { w: 'a', target_wallet_code: 'x' })).toEqual([3, 3, 3])
  })

  it('another charge or filter has its own', () => {
    const lookUp = keptStates(
      [
        { ...kept({}, 1, 2), filterId: 'f' },
        { ...kept({}, 3, 4), chargeId: 'other' },
      ],
      {},
    )
    expect(lookUp(charge, null, {})).toBeNull()
    expect(lookUp(ratedCharge({ id: 'other' }), null, {})?.max.toNumber()).toBe(4)
  })
})
