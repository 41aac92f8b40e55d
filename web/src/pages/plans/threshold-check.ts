import { toMinor } from '../../format/money.ts'
import type { ThresholdDraft } from './plan-values.ts'

/** What is wrong with the thresholds of a plan, in a sentence; undefined when they are right. */
export function problemOfThresholds(
  thresholds: readonly ThresholdDraft[],
  currency: string,
): string | undefined {
  const cents = thresholds.map(({ amount }) => toMinor(amount, currency))
  if (cents.some((each) => each === null || each <= 0)) return 'Every threshold needs an amount above zero.'
  const kinds = thresholds.map(({ recurring }, at) => `${cents[at]} ${recurring}`)
  return new Set(kinds).size < kinds.length ? 'Two thresholds have the same amount.' : undefined
}
