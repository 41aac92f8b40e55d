import { Decimal } from '../amounts/decimal.ts'
import type { FieldCode } from '../codes.ts'
import { digitsOf, isInput } from '../input/fields.ts'

/**
 * Errors in a request's activation rules, as pairs of field and code. Even valid rules are rejected: a start that
 * waits for a payment needs payment providers, which this version lacks, and starting the subscription unpaid would
 * be worse than an error.
 */
export function checkActivationRules(raw: unknown): readonly (readonly [field: string, code: FieldCode])[] {
  if (raw === undefined || raw === null) return []
  if (!Array.isArray(raw)) return [['activation_rules', 'invalid_format']]
  const rules = raw.map((rule: unknown) => (isInput(rule) ? rule : {}))
  const types = rules.map((rule) => rule.type)
  const found: [string, FieldCode][] = []
  if (types.some((type) => type !== 'payment')) found.push(['activation_rules', 'invalid_type'])
  if (new Set(types).size < types.length) found.push(['activation_rules', 'duplicated_type'])
  if (rules.some((rule) => !isTimeout(rule.timeout_hours))) {
    found.push(['timeout_hours', 'value_must_be_positive_or_zero'])
  }
  if (found.length > 0 || rules.length === 0) return found
  return [['activation_rules', 'not_supported_yet']]
}

function isTimeout(value: unknown): boolean {
  if (value === undefined || value === null) return true
  const text = typeof value === 'string' ? value : digitsOf(value)
  const hours = text === undefined ? undefined : Decimal.parse(text)
  return hours?.isInteger() === true && hours.compare(Decimal.of(0)) >= 0
}
