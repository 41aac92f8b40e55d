import { describe, expect, it } from 'vitest'
import { Decimal } from '../amounts/decimal.ts'
import {
  emptyGroup,
  groupId,
  groupOf,
  groupOfId,
  groupPart,
  narrowBreakdowns,
  presentationKeys,
  pricingGroupKeys,
} from './grouping.ts'

describe('groups', () => {
  it.each([
    [
      { region: 'eu', tier: 1 },
      { region: 'eu', tier: '1' },
    ],
    [{ region: '' }, { region: null, tier: null }],
    [
      { region: null, tier: false },
      { region: null, tier: 'false' },
    ],
    [{}, { region: null, tier: null }],
  ])('%j belongs to %j', (properties, group) => {
    expect(groupOf(properties, ['region', 'tier'])).toEqual(group)
  })

  it('has one id for one group', () => {
    expect(groupId({ a: '1', b: null })).toBe(groupId({ b: null, a: '1' }))
    expect(groupId({ a: 'null' })).not.toBe(groupId({ a: null }))
    expect(emptyGroup(['a', 'b'])).toEqual({ a: null, b: null })
    expect(groupPart({ a: '1', b: '2' }, ['b', 'constructor'])).toEqual({ b: '2', constructor: null })
  })

  it('has a group for one id', () => {
    const group = { b: null, a: 'x "y"' }
    expect(groupOfId(groupId(group))).toEqual(group)
  })

  it('reads the keys of a charge', () => {
    expect(pricingGroupKeys({ pricing_group_keys: ['a', 'b', 'a'] })).toEqual(['a', 'b'])
    expect(pricingGroupKeys({ grouped_by: ['a'] }, true)).toEqual(['a', 'target_wallet_code'])
    expect(pricingGroupKeys({})).toEqual([])
  })
})

describe('presentation', () => {
  it('reads the keys as stored', () => {
    const source = [
      { value: 'team' },
      { value: 'project', options: { display_in_invoice: true } },
      { value: 'x', options: {} },
      { options: {} },
    ]
    expect(presentationKeys({ presentation_group_keys: source })).toEqual([
      { key: 'team', displayInInvoice: false },
      { key: 'project', displayInInvoice: true },
      { key: 'x', displayInInvoice: false },
    ])
    expect(presentationKeys({})).toEqual([])
  })

  it('sums units over hidden keys', () => {
    const of = (team: string | null, project: string, units: string) => ({
      presentationBy: { team, project },
      units: Decimal.of(units),
    })
    const narrowed = narrowBreakdowns([of('a', 'x', '1.5'), of(null, 'x', '2'), of('a', 'y', '3')], ['team'])
    expect(narrowed.map((each) => [each.presentationBy, each.units.toString()])).toEqual([
      [{ team: 'a' }, '4.5'],
      [{ team: null }, '2'],
    ])
    expect(narrowBreakdowns([of('a', 'x', '1')], [])).toEqual([])
  })
})
