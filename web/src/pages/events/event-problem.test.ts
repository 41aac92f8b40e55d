import { describe, expect, it } from 'vitest'
import { nearest, problemOf, propertyProblemOf } from './event-problem.ts'

const metrics = [
  { code: 'api_calls', field_name: null, aggregation_type: 'count_agg' },
  { code: 'tokens', field_name: 'tokens', aggregation_type: 'sum_agg' },
]
const event = (code: string, properties: object = {}) => ({ code, properties, external_subscription_id: 's' })

describe('what is wrong with an event', () => {
  it.each([
    [event('api_call'), 'No metric has the code “api_call”. Did you mean “api_calls”?'],
    [event('storage_hours'), 'No metric has the code “storage_hours”.'],
    [event('tokens'), 'The property “tokens” is missing.'],
    [event('tokens', { tokens: 'many' }), 'The property “tokens” is not a number.'],
    [event('api_calls'), 'No active subscription “s” has a charge on this metric.'],
  ])('%o', (given, problem) => {
    expect(problemOf(given, metrics)).toBe(problem)
  })

  it('is no property that an expression makes, nor one that is only told apart', () => {
    const metric = {
      code: 'x',
      field_name: 'x',
      aggregation_type: 'sum_agg',
      expression: 'event.properties.y',
    }
    expect(propertyProblemOf({ properties: {} }, metric)).toBeNull()
    const users = { code: 'u', field_name: 'user', aggregation_type: 'unique_count_agg' }
    expect(propertyProblemOf({ properties: { user: 'ada' } }, users)).toBeNull()
    expect(propertyProblemOf({ properties: {} }, users)).toBe('The property “user” is missing.')
  })

  it('suggests only what is near', () => {
    expect([nearest('tokns', ['tokens', 'api_calls']), nearest('x', ['tokens'])]).toEqual(['tokens', null])
  })
})
