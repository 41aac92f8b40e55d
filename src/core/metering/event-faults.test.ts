import { describe, expect, it } from 'vitest'
import { instant } from '../calendar/instant.ts'
import { eventFaults, type MetricRule, withExpressionValue } from './event-faults.ts'
import { parseExpression } from './expression-parser.ts'

const rule = (aggregation: MetricRule['aggregation'], fieldName: string | null): MetricRule => ({
  aggregation,
  fieldName,
  filters: { region: ['eu', 'us'] },
})
const metrics = new Map([
  ['calls', rule('count_agg', null)],
  ['gb', rule('sum_agg', 'size')],
  ['seats', rule('unique_count_agg', 'seat')],
])

describe('eventFaults', () => {
  it('lists each event by what is wrong with it', () => {
    const event = (transactionId: string, code: string, properties = {}) => ({
      transactionId,
      code,
      properties,
    })
    const faults = eventFaults(
      [
        event('t1', 'nothing'),
        event('t1', 'nothing'),
        event('t2', 'gb'),
        event('t3', 'gb', { size: '1e3' }),
        event('t4', 'gb', { size: 1, region: 'mars' }),
        event('t5', 'gb', { size: -1.5, region: 'eu' }),
        event('t6', 'seats'),
        event('t7', 'seats', { seat: 'any text' }),
        event('t8', 'calls'),
        event('t9', 'calls', { region: null }),
      ],
      metrics,
    )
    expect(faults).toEqual({
      invalidCode: ['t1'],
      missingAggregationProperty: ['t2', 't3', 't6'],
      invalidFilterValues: ['t4'],
    })
  })
})

describe('withExpressionValue', () => {
  const received = (properties: Record<string, unknown>) => ({
    transactionId: 't',
    code: 'c',
    externalSubscriptionId: null,
    externalCustomerId: null,
    at: instant(0),
    properties,
    preciseTotalAmountCents: null,
  })
  const expression = parseExpression('event.properties.left + event.properties.right')
  if (!expression) throw new Error('does not parse')

  it('case 101: overwrites the field', () => {
    const properties = { left: '1', right: '2', value: 'old' }
    expect(withExpressionValue(received(properties), expression, 'value')).toEqual({
      ok: true,
      properties: { ...properties, value: '3' },
    })
  })

  it('gives the reason when it fails', () => {
    const failed = withExpressionValue(received({ left: '1' }), expression, 'value')
    expect(failed).toEqual({ ok: false, message: 'Variable: right not found' })
  })
})
