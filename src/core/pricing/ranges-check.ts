import Type from 'typebox'
import { Decimal } from '../amounts/decimal.ts'
import { ExactNumber } from '../input/exact-number.ts'
import { digitsOf, isInput } from '../input/fields.ts'
import { isAbsent } from './amounts-check.ts'

/** The bounds of a tier; `to` is null for the last one, which is open. */
export type Bounds = { readonly from: Decimal; readonly to: Decimal | null }

/** How far a `from_value` may be from the previous `to_value`. */
export type RangeSteps = readonly number[]
/** Graduated tiers touch or continue at the next whole unit. */
export const GRADUATED_STEPS: RangeSteps = [0, 1]
/** Volume tiers continue at the next whole unit; a gap of one more is tolerated. */
export const VOLUME_STEPS: RangeSteps = [1, 2]

const boundSchema = Type.Union([Type.Number(), Type.String()])
export const boundsSchema = {
  from_value: boundSchema,
  to_value: Type.Union([boundSchema, Type.Null()], {
    description: 'null in the last range, which has no end',
  }),
}

/** The bound in a JSON number or decimal string; undefined when there is none. */
export function parseBound(value: unknown): Decimal | undefined {
  const text = typeof value === 'string' ? value : digitsOf(value)
  return text === undefined ? undefined : Decimal.parse(text)
}

/** A list of ranges as stored: bounds that a double would round become decimal strings. */
export function storableRanges(value: unknown): unknown {
  if (!Array.isArray(value)) return value
  return value.map((range: unknown) => {
    if (!isInput(range)) return range
    const bounds = Object.entries(range).filter(([key]) => key in boundsSchema)
    const plain = bounds.flatMap(([key, bound]) => {
      const exact = bound instanceof ExactNumber ? parseBound(bound) : undefined
      return exact ? [[key, exact.toString()]] : []
    })
    return plain.length === 0 ? range : { ...range, ...Object.fromEntries(plain) }
  })
}

/** The list of ranges in a property; undefined when it is missing, empty or not a list. */
export function rangeList(value: unknown): readonly Record<string, unknown>[] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined
  return value.map((range) => (typeof range === 'object' && range !== null ? range : {}))
}

/** The bounds of a range that passed `areContinuous`. Throws on any other. */
export function boundsOf(range: Readonly<Record<string, unknown>>): Bounds {
  const bounds = parseBounds(range)
  if (!bounds) throw new Error(`not a range: ${JSON.stringify(range)}`)
  return bounds
}

/**
 * True when the ranges cover every quantity in order: the first starts at 0 (or 1), each later one an allowed step
 * after the previous end, and only the last is open (docs/rules/pricing-models.md#which-models-go-with-what).
 */
export function areContinuous(ranges: readonly Record<string, unknown>[], steps: RangeSteps): boolean {
  let previousTo: Decimal | null | undefined
  for (const [index, range] of ranges.entries()) {
    const bounds = parseBounds(range)
    if (!bounds) return false
    const { from, to } = bounds
    const starts: readonly Decimal[] =
      index === 0
        ? [Decimal.zero, Decimal.one]
        : previousTo
          ? steps.map((step) => (previousTo ?? Decimal.zero).plus(Decimal.of(step)))
          : []
    if (!starts.some((start) => start.equals(from))) return false
    if (to !== null && to.compare(from) <= 0) return false
    previousTo = to
  }
  return previousTo === null
}

function parseBounds(range: Readonly<Record<string, unknown>>): Bounds | undefined {
  const from = parseBound(range.from_value)
  const to = isAbsent(range.to_value) ? null : parseBound(range.to_value)
  return from === undefined || to === undefined ? undefined : { from, to }
}
