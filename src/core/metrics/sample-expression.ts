import type { Decimal } from '../amounts/decimal.ts'
import type { Instant } from '../calendar/instant.ts'
import { type Input, isInput } from '../input/fields.ts'
import { timestampOf } from '../metering/event-check.ts'
import { evaluateExpression } from '../metering/expression.ts'
import { parseExpression } from '../metering/expression-parser.ts'
import { type Outcome, outcome, refusedFields } from '../problems.ts'

/**
 * The value of an expression for a sample event: a number or a string (docs/rules/aggregation.md#expressions).
 * Without a timestamp the event happens `now`. Refuses with a 422 on `expression` (`value_is_mandatory`,
 * `invalid_expression`) or on `event` (`invalid_event`).
 */
export function evaluateSample(body: Input, now: Instant): Outcome<Decimal | string> {
  const text = body.expression
  if (text === undefined || text === null || (typeof text === 'string' && text.trim() === '')) {
    return refusedFields({ expression: ['value_is_mandatory'] })
  }
  const expression = typeof text === 'string' ? parseExpression(text) : undefined
  if (!expression) return refusedFields({ expression: ['invalid_expression'] })
  const event = isInput(body.event) ? body.event : {}
  const isTimed = event.timestamp !== undefined && event.timestamp !== null
  const at = isTimed ? timestampOf(event.timestamp) : now
  if (at === undefined) return refusedFields({ event: ['invalid_event'] })
  const properties = isInput(event.properties) ? event.properties : {}
  const code = typeof event.code === 'string' ? event.code : ''
  const result = evaluateExpression(expression, { code, at, properties })
  if (!result.ok) return refusedFields({ event: ['invalid_event'] })
  return outcome(result.value)
}
