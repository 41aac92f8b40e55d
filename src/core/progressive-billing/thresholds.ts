import { Decimal } from '../amounts/decimal.ts'
import type { FieldCode } from '../codes.ts'
import { digitsOf } from '../input/fields.ts'

/**
 * Usage thresholds that apply to a subscription (docs/rules/progressive-billing.md#thresholds); amounts in
 * cents, above zero.
 */
export type UsageThresholds = {
  readonly fixedCents: readonly bigint[]
  readonly recurringCents: bigint | null
}

/** The thresholds passed: fixed ones in ascending order, and whether the recurring one was reached. */
export type PassedThresholds = { readonly fixedCents: readonly bigint[]; readonly recurring: boolean }

/** One line of a lifetime usage's `usage_thresholds` (docs/rules/usage.md#lifetime-usage). */
export type ThresholdProgress = {
  readonly amountCents: bigint
  /** From 0 to 1. */
  readonly completionRatio: Decimal
  readonly isReached: boolean
}

const RATIO_SCALE = 16
/** The most full steps of a recurring threshold that are listed, newest first. */
const STEPS_MAX = 1000

/**
 * The thresholds that usage passes (docs/rules/progressive-billing.md#when-a-threshold-is-passed). Fixed ones compare
 * with lifetime usage, so each is passed once; the recurring one counts once, however many steps were passed.
 *
 * @param pastCents historical + invoiced + billed progressively in this period
 * @param currentCents current usage minus what was billed progressively in this period
 */
export function passedThresholds(
  thresholds: UsageThresholds,
  pastCents: bigint,
  currentCents: bigint,
): PassedThresholds {
  const none = { fixedCents: [], recurring: false }
  if (currentCents < 0n) return none
  const fixed = rising(thresholds.fixedCents)
  const largest = fixed.at(-1) ?? 0n
  const step = thresholds.recurringCents
  const total = pastCents + currentCents
  if (pastCents < largest) {
    return {
      fixedCents: fixed.filter((amount) => pastCents < amount && amount <= total),
      recurring: step !== null && total - largest >= step,
    }
  }
  return step === null ? none : { ...none, recurring: currentCents + (pastCents % step) >= step }
}

/**
 * The progress of lifetime usage towards each threshold (docs/rules/usage.md#lifetime-usage). The recurring one is a
 * single line after the fixed ones until they are all passed; then there is one line per full step and one for the
 * step in progress.
 */
export function thresholdProgress(
  thresholds: UsageThresholds,
  totalCents: bigint,
): readonly ThresholdProgress[] {
  const fixed = rising(thresholds.fixedCents)
  const lines: ThresholdProgress[] = []
  let floor = 0n
  for (const amount of fixed) {
    lines.push(progress(floor, amount, totalCents))
    floor = amount
  }
  const step = thresholds.recurringCents
  if (step === null) return lines
  const fullSteps = totalCents >= floor ? (totalCents - floor) / step : 0n
  const firstStep = fullSteps > BigInt(STEPS_MAX) ? fullSteps - BigInt(STEPS_MAX) : 0n
  for (let number = firstStep; number <= fullSteps; number += 1n) {
    lines.push(progress(floor + number * step, floor + (number + 1n) * step, totalCents))
  }
  return lines
}

/**
 * Error codes for the field `usage_thresholds`; empty when it is valid
 * (docs/rules/progressive-billing.md#thresholds).
 */
export function checkUsageThresholds(raw: unknown): readonly FieldCode[] {
  if (!Array.isArray(raw)) return raw === undefined || raw === null ? [] : ['value_is_invalid']
  const sources = raw.map((each: unknown) => {
    const source =
      typeof each === 'object' && each !== null ? (each as Readonly<Record<string, unknown>>) : {}
    const isAbsent =
      source.amount_cents === undefined || source.amount_cents === null || source.amount_cents === ''
    const sent = source.amount_cents
    const text = typeof sent === 'string' ? sent : digitsOf(sent)
    const amount = isAbsent || text === undefined ? undefined : Decimal.parse(text)
    return { isAbsent, amount, recurring: source.recurring === true || source.recurring === 'true' }
  })
  if (sources.some(({ isAbsent }) => isAbsent)) return ['missing_amount_cents']
  const identities = sources.map(({ amount, recurring }) => `${amount} ${recurring}`)
  const recurringCount = sources.filter(({ recurring }) => recurring).length
  const codes: FieldCode[] = []
  if (new Set(identities).size < identities.length) codes.push('duplicated_values')
  if (recurringCount > 1) codes.push('multiple_recurring_thresholds')
  if (sources.some(({ amount }) => !amount?.isInteger())) codes.push('value_is_invalid')
  if (sources.some(({ amount }) => amount && !amount.isPositive())) codes.push('value_is_out_of_range')
  return codes
}

/** The progress from the previous threshold (`floor`) to this one. */
function progress(floor: bigint, amountCents: bigint, totalCents: bigint): ThresholdProgress {
  if (totalCents >= amountCents) return { amountCents, completionRatio: Decimal.one, isReached: true }
  const made = totalCents > floor ? totalCents - floor : 0n
  const completionRatio = Decimal.of(made).dividedBy(Decimal.of(amountCents - floor), RATIO_SCALE)
  return { amountCents, completionRatio, isReached: false }
}

function rising(amounts: readonly bigint[]): readonly bigint[] {
  return [...amounts].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
}
