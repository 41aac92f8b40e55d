import Type from 'typebox'
import { Decimal } from '../amounts/decimal.ts'

/** JSON Schema of a price or a rate: a decimal string, so that no client loses digits to a float. */
export const priceSchema = Type.String({
  description:
    'A decimal >= 0 as a string, in currency units or percent, at most 15 digits before the decimal point',
})
export const optionalPriceSchema = Type.Optional(Type.Union([priceSchema, Type.Null()]))

/**
 * Fifteen digits before the decimal point: no real price is that high, and one unit still fits into 64 bits of cents.
 */
const AMOUNT_LIMIT = Decimal.of('1e15')

/**
 * True for a valid amount: a string that is a decimal >= 0 (`"10"`, `"1.5e2"`) with at most fifteen digits before the
 * decimal point. Numbers are rejected because they may have passed through a float
 * (docs/rules/pricing-models.md#which-models-go-with-what).
 */
export function isAmount(value: unknown): value is string {
  const amount = decimalOf(value)
  return amount !== undefined && amount.compare(AMOUNT_LIMIT) < 0
}

/** True for a valid amount, undefined or null. */
export function isOptionalAmount(value: unknown): boolean {
  return isAbsent(value) || isAmount(value)
}

/** True for an integer JSON number of at least `least`. */
export function isCount(value: unknown, least: number): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= least
}

export function isAbsent(value: unknown): value is undefined | null {
  return value === undefined || value === null
}

/** The price in a validated property. Throws on anything else: only validated properties are stored. */
export function amountOf(value: unknown): Decimal {
  const amount = decimalOf(value)
  if (!amount) throw new Error(`not an amount: ${String(value)}`)
  return amount
}

/** Like `amountOf`; undefined when the property is absent. */
export function optionalAmountOf(value: unknown): Decimal | undefined {
  return isAbsent(value) ? undefined : amountOf(value)
}

/** The count in a validated property, 0 when absent. Throws on anything else. */
export function countOf(value: unknown): number {
  if (isAbsent(value)) return 0
  if (!isCount(value, 0)) throw new Error(`not a count: ${String(value)}`)
  return value
}

/** Without the size limit: older prices were stored before there was one. */
function decimalOf(value: unknown): Decimal | undefined {
  const amount = typeof value === 'string' ? Decimal.parse(value) : undefined
  return amount?.isNegative() ? undefined : amount
}
