import { describe, expect, it } from 'vitest'
import { ratedCharge } from '../../../test/support/rating-fixtures.ts'
import type { Aggregation } from '../metering/usage.ts'
import { isLeftToSuccessor } from './carried-over.ts'

describe('isLeftToSuccessor', () => {
  it.each<[string, Aggregation, boolean, boolean, boolean]>([
    ['a recurring quantity', 'sum_agg', true, false, true],
    ['a recurring number of values', 'unique_count_agg', true, false, true],
    ['a prorated quantity', 'sum_agg', true, true, false],
    ['a recurring weighted sum', 'weighted_sum_agg', true, false, false],
    ['what the period alone counts', 'sum_agg', false, false, false],
    ['a metered weighted sum', 'weighted_sum_agg', false, false, false],
  ])('%s', (_, aggregation, recurring, prorated, expected) => {
    const charge = ratedCharge({ metric: { aggregation, recurring }, prorated })
    expect(isLeftToSuccessor(charge, new Set([charge.metric.id]))).toBe(expected)
    expect(isLeftToSuccessor(charge, new Set(['another']))).toBe(false)
  })
})
