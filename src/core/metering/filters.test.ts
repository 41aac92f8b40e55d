import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { instant } from '../calendar/instant.ts'
import { matchesEvent } from './event-match.ts'
import {
  ALL_FILTER_VALUES,
  type ChargeFilterRule,
  checkFilterValues,
  filterBuckets,
  filterForEvent,
  hasAmbiguousFilters,
} from './filters.ts'
import type { EventProperties } from './property-value.ts'
import type { PropertyValues } from './usage.ts'

const metricFilters: PropertyValues = {
  cloud: ['aws', 'gcp', 'azure'],
  region: ['eu', 'us'],
  size: ['1', '2'],
}

function filter(id: string, values: PropertyValues, createdAt = 0): ChargeFilterRule {
  return { id, values, createdAt: instant(createdAt) }
}

/** Ids of the buckets that count the event; `default` for the default bucket. */
function bucketsOf(filters: readonly ChargeFilterRule[], properties: EventProperties): readonly string[] {
  return filterBuckets(filters, metricFilters)
    .filter(({ match }) => matchesEvent(properties, match))
    .map((bucket) => bucket.filter?.id ?? 'default')
}

describe('filterBuckets', () => {
  const narrow = filter('narrow', { cloud: ['aws'] }, 2)
  const wide = filter('wide', { cloud: ['aws', 'gcp'] }, 1)
  const all = filter('all', { cloud: [ALL_FILTER_VALUES] }, 1)
  const two = filter('two', { cloud: ['aws'], region: ['eu'] }, 3)
  it.each<[string, ChargeFilterRule[], EventProperties, string[]]>([
    ['a strict subset wins, row 71', [wide, narrow], { cloud: 'aws' }, ['narrow']],
    ['the superset keeps the rest, row 71', [wide, narrow], { cloud: 'gcp' }, ['wide']],
    ['a value of no filter is the default', [wide, narrow], { cloud: 'azure' }, ['default']],
    ['an event without the key is the default', [wide, narrow], {}, ['default']],
    [
      'the oldest twin takes all, row 72',
      [narrow, filter('old', { cloud: ['aws'] }, 1)],
      { cloud: 'aws' },
      ['old'],
    ],
    [
      'twins of one instant: the lower id',
      [filter('b', { cloud: ['aws'] }), filter('a', { cloud: ['aws'] })],
      { cloud: 'aws' },
      ['a'],
    ],
    [
      'twins in another order of values',
      [filter('new', { cloud: ['gcp', 'aws'] }, 5), wide],
      { cloud: 'gcp' },
      ['wide'],
    ],
    ['ALL yields to an explicit value', [all, narrow], { cloud: 'aws' }, ['narrow']],
    ['ALL takes other declared values', [all, narrow], { cloud: 'azure' }, ['all']],
    ['ALL takes no undeclared value', [all, narrow], { cloud: 'ibm' }, ['default']],
    ['more keys win', [narrow, two], { cloud: 'aws', region: 'eu' }, ['two']],
    ['fewer keys keep the rest', [narrow, two], { cloud: 'aws', region: 'us' }, ['narrow']],
    [
      'of filters that share a value the older',
      [filter('other', { cloud: ['gcp', 'azure'] }, 2), wide],
      { cloud: 'gcp' },
      ['wide'],
    ],
    [
      'of filters that share a value the one with fewer values',
      [wide, filter('other', { cloud: [ALL_FILTER_VALUES] }, 0)],
      { cloud: 'gcp' },
      ['wide'],
    ],
    [
      'overlap on two keys, one of them ALL',
      [
        filter('x', { cloud: [ALL_FILTER_VALUES], region: ['eu'] }),
        filter('y', { cloud: ['aws'], region: ['eu', 'us'] }),
      ],
      { cloud: 'aws', region: 'eu' },
      ['y'],
    ],
    [
      'disjoint filters do not touch',
      [filter('eu', { region: ['eu'] }), filter('us', { region: ['us'] })],
      { region: 'us' },
      ['us'],
    ],
    [
      'of filters on different keys the older',
      [narrow, filter('eu', { region: ['eu'] }, 1)],
      { cloud: 'aws', region: 'eu' },
      ['eu'],
    ],
    ['numbers match by text', [filter('one', { size: ['1'] })], { size: 1 }, ['one']],
    ['no filters: all is default', [], { cloud: 'aws' }, ['default']],
  ])('%s', (_, filters, properties, expected) => {
    expect(bucketsOf(filters, properties)).toEqual(expected)
  })

  it('takes keys named like what every object inherits', () => {
    const declared = { constructor: ['a'], cloud: ['aws'] }
    const filters = [filter('x', { constructor: ['a'] }), filter('y', { cloud: ['aws'] })]
    expect(filterBuckets(filters, declared).map(({ match }) => match.exclude.length)).toEqual([0, 1, 2])
  })

  it('lists every filter in order and then the default bucket of row 73', () => {
    const filters = [filter('europe', { region: ['eu'] }), filter('usa', { region: ['us'] })]
    expect(filterBuckets(filters, metricFilters).map((bucket) => bucket.filter?.id)).toEqual([
      'europe',
      'usa',
      undefined,
    ])
  })

  it('gives every event to exactly one bucket, that of the filter that prices it in advance', () => {
    const listOf = (...values: string[]) =>
      fc.oneof(fc.subarray(values, { minLength: 1 }), fc.constant([ALL_FILTER_VALUES]))
    const valuesOfFilter = fc
      .record(
        { cloud: listOf('aws', 'gcp', 'azure'), region: listOf('eu', 'us'), size: listOf('1', '2') },
        { requiredKeys: [] },
      )
      .filter((values) => Object.keys(values).length > 0)
    const rules = fc.array(fc.record({ values: valuesOfFilter, age: fc.nat(3) }), { maxLength: 8 })
    const event = fc.record(
      {
        cloud: fc.constantFrom('aws', 'gcp', 'azure', 'other', null),
        region: fc.constantFrom('eu', 'us', 'asia'),
        size: fc.constantFrom(1, '2', ''),
      },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(rules, event, (specs, properties) => {
        const filters = specs.map(({ values, age }, index) => filter(`f${index}`, values, age))
        const priced = filterForEvent(filters, metricFilters, properties)?.id ?? 'default'
        expect(bucketsOf(filters, properties)).toEqual([priced])
        expect(bucketsOf(filters.toReversed(), properties)).toEqual([priced])
      }),
      { numRuns: 1000 },
    )
  })
})

describe('filterForEvent', () => {
  const one = filter('one', { cloud: ['aws', 'gcp'] })
  const second = filter('second', { cloud: ['aws'] })
  const two = filter('two', { cloud: [ALL_FILTER_VALUES], region: ['eu'] })
  it.each<[ChargeFilterRule[], EventProperties, string | undefined]>([
    [[one, second, two], { cloud: 'aws', region: 'eu' }, 'two'],
    [[one, second, two], { cloud: 'aws', region: 'us' }, 'second'],
    [[second, one], { cloud: 'gcp' }, 'one'],
    [[one, second, two], { cloud: 'ibm', region: 'eu' }, undefined],
    [[one, second, two], {}, undefined],
    [[], { cloud: 'aws' }, undefined],
  ])('case %#', (filters, properties, expected) => {
    expect(filterForEvent(filters, metricFilters, properties)?.id).toBe(expected)
  })
})

describe('hasAmbiguousFilters', () => {
  const shared = { cloud: ['gcp'] }
  const left = { cloud: ['aws', 'gcp'] }
  const right = { cloud: ['gcp', 'azure'] }
  const region = { region: ['eu'] }
  it.each<[string, PropertyValues[], boolean]>([
    ['no filter', [], false],
    ['values apart', [{ cloud: ['aws'] }, { cloud: ['gcp'] }], false],
    ['a part of the other', [left, { cloud: ['aws'] }], false],
    ['the same values', [left, { cloud: ['gcp', 'aws'] }], false],
    ['ALL beside an explicit value', [{ cloud: [ALL_FILTER_VALUES] }, left], false],
    ['more keys', [left, { cloud: ['gcp', 'azure'], region: ['eu'] }], false],
    ['more keys, other ones', [left, { region: ['eu'], size: ['1'] }], false],
    ['one shared value', [left, right], true],
    ['one shared value that a third filter takes', [left, right, shared], false],
    ['a third filter that takes too little', [left, { cloud: ['gcp', 'azure', 'aws'] }, right, region], true],
    ['different keys', [left, region], true],
    ['different keys and their combination', [left, region, { ...left, ...region }], false],
    ['different keys and a part of their combination', [left, region, { ...shared, ...region }], true],
    [
      'ALL on one key, more values on the other',
      [
        { cloud: [ALL_FILTER_VALUES], region: ['eu'] },
        { cloud: ['aws'], region: ['eu', 'us'] },
      ],
      true,
    ],
    [
      'two keys of which one is apart',
      [
        { ...left, ...region },
        { ...right, region: ['us'] },
      ],
      false,
    ],
  ])('%s', (_, filters, expected) => {
    expect(hasAmbiguousFilters(filters, metricFilters)).toBe(expected)
    expect(hasAmbiguousFilters(filters.toReversed(), metricFilters)).toBe(expected)
  })

  it('checks only pairs with the added filter', () => {
    const added = { cloud: ['azure'], region: ['us'] }
    expect(hasAmbiguousFilters([left, right, added], metricFilters, added)).toBe(false)
    expect(hasAmbiguousFilters([left, added, right], metricFilters, right)).toBe(true)
  })

  it('leaves no event to the age of its filters when nothing is ambiguous', () => {
    const lists = fc.record(
      {
        cloud: fc.subarray(['aws', 'gcp', 'azure'], { minLength: 1 }),
        region: fc.subarray(['eu', 'us'], { minLength: 1 }),
      },
      { requiredKeys: [] },
    )
    const filterValues = fc.uniqueArray(
      lists.filter((values) => Object.keys(values).length > 0),
      { maxLength: 6, selector: (values) => JSON.stringify(values, ['cloud', 'region', '0', '1', '2']) },
    )
    const event = fc.record({
      cloud: fc.constantFrom('aws', 'gcp', 'azure'),
      region: fc.constantFrom('eu', 'us'),
    })
    fc.assert(
      fc.property(filterValues, event, (all, properties) => {
        fc.pre(!hasAmbiguousFilters(all, metricFilters))
        const oldestFirst = all.map((values, index) => filter(`f${index}`, values, index))
        const newestFirst = all.map((values, index) => filter(`f${index}`, values, -index))
        const priced = filterForEvent(oldestFirst, metricFilters, properties)?.id
        expect(filterForEvent(newestFirst, metricFilters, properties)?.id).toBe(priced)
      }),
      { numRuns: 500 },
    )
  })
})

describe('checkFilterValues', () => {
  it.each<[unknown, string[]]>([
    [{ cloud: ['aws'] }, []],
    [{ cloud: [ALL_FILTER_VALUES], region: ['eu', 'us'] }, []],
    [{}, ['value_is_mandatory']],
    [null, ['value_is_mandatory']],
    [[], ['value_is_mandatory']],
    [{ cloud: [] }, ['value_is_mandatory']],
    [{ cloud: ['ibm'] }, ['value_is_invalid']],
    [{ cloud: [ALL_FILTER_VALUES, 'aws'] }, ['value_is_invalid']],
    [{ planet: ['mars'] }, ['value_is_invalid']],
    [{ constructor: ['x'] }, ['value_is_invalid']],
    [{ size: [1] }, ['value_is_invalid']],
    [{ cloud: 'aws' }, ['value_is_invalid']],
    [{ cloud: ['ibm'], planet: ['mars'] }, ['value_is_invalid']],
  ])('%j gives %j', (values, codes) => {
    expect(checkFilterValues(values, metricFilters)).toEqual(codes)
  })
})
