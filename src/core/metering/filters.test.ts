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
      'overlapping filters both count',
      [wide, filter('other', { cloud: ['gcp', 'azure'] })],
      { cloud: 'gcp' },
      ['wide', 'other'],
    ],
    [
      'overlap on two keys, one of them ALL',
      [
        filter('x', { cloud: [ALL_FILTER_VALUES], region: ['eu'] }),
        filter('y', { cloud: ['aws'], region: ['eu', 'us'] }),
      ],
      { cloud: 'aws', region: 'eu' },
      ['x', 'y'],
    ],
    [
      'disjoint filters do not touch',
      [filter('eu', { region: ['eu'] }), filter('us', { region: ['us'] })],
      { region: 'us' },
      ['us'],
    ],
    [
      'filters on different keys both count',
      [narrow, filter('eu', { region: ['eu'] })],
      { cloud: 'aws', region: 'eu' },
      ['narrow', 'eu'],
    ],
    ['numbers match by text', [filter('one', { size: ['1'] })], { size: 1 }, ['one']],
    ['no filters: all is default', [], { cloud: 'aws' }, ['default']],
  ])('%s', (_, filters, properties, expected) => {
    expect(bucketsOf(filters, properties)).toEqual(expected)
  })

  it('takes keys named like what every object inherits', () => {
    const declared = { constructor: ['a'], cloud: ['aws'] }
    const filters = [filter('x', { constructor: ['a'] }), filter('y', { cloud: ['aws'] })]
    expect(filterBuckets(filters, declared).map(({ match }) => match.exclude.length)).toEqual([0, 0, 2])
  })

  it('lists every filter in order and then the default bucket of row 73', () => {
    const filters = [filter('europe', { region: ['eu'] }), filter('usa', { region: ['us'] })]
    expect(filterBuckets(filters, metricFilters).map((bucket) => bucket.filter?.id)).toEqual([
      'europe',
      'usa',
      undefined,
    ])
  })

  it('counts every event at least once, and once when filters nest', () => {
    const value = fc.constantFrom('aws', 'gcp', 'azure', 'other')
    const region = fc.constantFrom('eu', 'us', undefined)
    const lists = fc.subarray(['aws', 'gcp', 'azure'], { minLength: 1 })
    const rules = fc.array(
      fc.record({ cloud: lists, region: fc.option(fc.constantFrom('eu', 'us'), { nil: undefined }) }),
    )
    fc.assert(
      fc.property(rules, value, region, (specs, cloud, where) => {
        const filters = specs.map((spec, index) =>
          filter(
            `f${index}`,
            { cloud: spec.cloud, ...(spec.region ? { region: [spec.region] } : {}) },
            index,
          ),
        )
        const properties = where ? { cloud, region: where } : { cloud }
        expect(bucketsOf(filters, properties).length).toBeGreaterThanOrEqual(1)
        const nested = filters.map((each, index) =>
          filter(
            each.id,
            { ...each.values, cloud: ['aws', 'gcp', 'azure'].slice(0, 1 + (index % 3)) },
            index,
          ),
        )
        const sameKeys = nested.filter((each) => Object.keys(each.values).length === 1)
        expect(bucketsOf(sameKeys, properties)).toHaveLength(1)
      }),
    )
  })
})

describe('filterForEvent', () => {
  const one = filter('one', { cloud: ['aws', 'gcp'] })
  const second = filter('second', { cloud: ['aws'] })
  const two = filter('two', { cloud: [ALL_FILTER_VALUES], region: ['eu'] })
  it.each<[ChargeFilterRule[], EventProperties, string | undefined]>([
    [[one, second, two], { cloud: 'aws', region: 'eu' }, 'two'],
    [[one, second, two], { cloud: 'aws', region: 'us' }, 'one'],
    [[second, one], { cloud: 'aws' }, 'second'],
    [[one, second, two], { cloud: 'ibm', region: 'eu' }, undefined],
    [[one, second, two], {}, undefined],
    [[], { cloud: 'aws' }, undefined],
  ])('case %#', (filters, properties, expected) => {
    expect(filterForEvent(filters, metricFilters, properties)?.id).toBe(expected)
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
