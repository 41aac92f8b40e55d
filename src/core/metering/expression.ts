import { Decimal, type RoundingMode } from '../amounts/decimal.ts'
import type { Instant } from '../calendar/instant.ts'
import type { Expression, FunctionName, Operator } from './expression-parser.ts'
import { type EventProperties, propertyOf, propertyText } from './property-value.ts'

/** The parts of an event that an expression may use. */
export type ExpressionEvent = {
  readonly code: string
  readonly at: Instant
  readonly properties: EventProperties
}

export type ExpressionResult =
  | { readonly ok: true; readonly value: Decimal | string }
  | { readonly ok: false; readonly message: string }

/** Products with more digits are rejected; repeated multiplication would otherwise grow without bound. */
const DIGITS_MAX = 4000
const TEXT_LENGTH_MAX = 65_536
const ROUNDING_DIGITS_MAX = 1000
const PLAIN = /^([+-]?)(\d*)\.?(\d*)$/

class EvaluationError extends Error {}

/**
 * The value of an expression for one event (docs/rules/aggregation.md#expressions): a decimal or a string. Property
 * values are read as strings first, and a decimal string is a number. Fails with Lago's messages (`Expected a
 * decimal`, `Variable: x not found`), on division by zero, and when a value is too large.
 */
export function evaluateExpression(expression: Expression, event: ExpressionEvent): ExpressionResult {
  try {
    return { ok: true, value: evaluate(expression, event) }
  } catch (error) {
    if (error instanceof EvaluationError) return { ok: false, message: error.message }
    throw error
  }
}

function evaluate(expression: Expression, event: ExpressionEvent): Decimal | string {
  switch (expression.kind) {
    case 'decimal':
    case 'text':
      return expression.value
    case 'code':
      return event.code
    case 'timestamp':
      return Decimal.of(Math.trunc(event.at / 1000))
    case 'property':
      return propertyValue(expression.name, event)
    case 'negation':
      return decimalOf(expression.operand, event).negated()
    case 'chain':
      return expression.rest.reduce(
        (left, { operator, operand }) => calculate(operator, left, decimalOf(operand, event)),
        decimalOf(expression.first, event),
      )
    case 'call':
      return call(expression.name, expression.operands, event)
  }
}

function propertyValue(name: string, event: ExpressionEvent): Decimal | string {
  const text = propertyText(propertyOf(event.properties, name))
  if (text === null || text === undefined) throw new EvaluationError(`Variable: ${name} not found`)
  return Decimal.parse(text) ?? text
}

function decimalOf(expression: Expression, event: ExpressionEvent): Decimal {
  const value = evaluate(expression, event)
  if (typeof value === 'string') throw new EvaluationError('Expected a decimal')
  return value
}

function calculate(operator: Operator, left: Decimal, right: Decimal): Decimal {
  if (operator === '+') return left.plus(right)
  if (operator === '-') return left.minus(right)
  if (operator === '*') return bounded(left.times(right))
  if (right.isZero()) throw new EvaluationError('Division by zero')
  return bounded(left.dividedBy(right))
}

function bounded(value: Decimal): Decimal {
  if (value.toString().length > DIGITS_MAX) throw new EvaluationError('Number out of range')
  return value
}

function call(name: FunctionName, operands: readonly Expression[], event: ExpressionEvent): Decimal | string {
  switch (name) {
    case 'concat': {
      const text = operands.map((operand) => printed(operand, event)).join('')
      if (text.length > TEXT_LENGTH_MAX) throw new EvaluationError('Text too long')
      return text
    }
    case 'least':
      return operands.map((operand) => decimalOf(operand, event)).reduce(Decimal.min)
    case 'greatest':
      return operands.map((operand) => decimalOf(operand, event)).reduce(Decimal.max)
    case 'round':
      return rounded(operands, event, 'half-up')
    case 'ceil':
      return rounded(operands, event, 'ceil')
    case 'floor':
      return rounded(operands, event, 'floor')
  }
}

/**
 * A value as printed by `concat`: a literal or property keeps its digits (`1.10`) except for leading zeros and a plus
 * sign; a calculated number has no trailing zeros.
 */
function printed(operand: Expression, event: ExpressionEvent): string {
  if (operand.kind === 'decimal') return plainDigits(operand.digits)
  const value = evaluate(operand, event)
  if (operand.kind === 'negation') {
    const digits = printed(operand.operand, event)
    return plainDigits(digits.startsWith('-') ? digits.slice(1) : `-${digits}`)
  }
  if (typeof value === 'string' || operand.kind !== 'property') return String(value)
  return plainDigits(propertyText(propertyOf(event.properties, operand.name)) ?? '')
}

/** A decimal in plain notation, with all of its decimals. */
function plainDigits(text: string): string {
  const match = PLAIN.exec(text)
  if (!match) return Decimal.of(text).toString()
  const [, sign = '', whole = '', fraction = ''] = match
  const digits = `${whole.replace(/^0+(?=\d)/, '') || '0'}${fraction === '' ? '' : `.${fraction}`}`
  return sign === '-' && /[1-9]/.test(digits) ? `-${digits}` : digits
}

function rounded(operands: readonly Expression[], event: ExpressionEvent, mode: RoundingMode): Decimal {
  const [value, digits] = operands.map((operand) => decimalOf(operand, event))
  if (value === undefined) throw new EvaluationError('Expected a decimal')
  const scale = digits === undefined ? 0 : digits.round(0, 'down').toNumber()
  if (Math.abs(scale) > ROUNDING_DIGITS_MAX) throw new EvaluationError('Digits out of range')
  return value.round(scale, mode)
}
