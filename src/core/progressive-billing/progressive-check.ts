import { passedThresholds, type UsageThresholds } from './thresholds.ts'

/** A threshold as stored; amounts in cents. */
export type StoredThreshold = {
  readonly id: string
  readonly amountCents: bigint
  readonly isRecurring: boolean
}

/**
 * A subscription's lifetime usage, in cents (docs/rules/usage.md#lifetime-usage and
 * docs/rules/progressive-billing.md#when-a-threshold-is-passed).
 */
export type LifetimeFigures = {
  /** Usage from before Weir, as reported by the client. */
  readonly historicalCents: bigint
  /** Usage fees on its subscription invoices. */
  readonly invoicedCents: bigint
  /** Usage of the open period, without taxes. */
  readonly currentCents: bigint
}

/** The newest progressive invoice of the open period. */
export type BilledSoFar = { readonly invoiceId: string; readonly feesCents: bigint }

/**
 * The result of a check; an equal `key` means that the same usage would be invoiced again
 * (docs/rules/progressive-billing.md#the-progressive-invoice).
 */
export type ProgressiveCheck<T> = { readonly passed: readonly T[]; readonly key: string }

/** Total lifetime usage, which thresholds and alerts compare with. */
export function lifetimeTotal(figures: LifetimeFigures): bigint {
  return figures.historicalCents + figures.invoicedCents + figures.currentCents
}

export function usageThresholdsOf(stored: readonly StoredThreshold[]): UsageThresholds {
  return {
    fixedCents: stored.filter((each) => !each.isRecurring).map((each) => each.amountCents),
    recurringCents: stored.find((each) => each.isRecurring)?.amountCents ?? null,
  }
}

/**
 * The thresholds that the usage of a subscription passes now
 * (docs/rules/progressive-billing.md#when-a-threshold-is-passed), the recurring one last. The amount billed by a
 * progressive invoice of the open period counts as past usage.
 *
 * @param billed the newest progressive invoice of the open period, undefined when there is none
 */
export function checkProgressiveBilling<T extends StoredThreshold>(
  stored: readonly T[],
  figures: LifetimeFigures,
  billed: BilledSoFar | undefined,
): ProgressiveCheck<T> {
  const billedCents = billed?.feesCents ?? 0n
  const found = passedThresholds(
    usageThresholdsOf(stored),
    figures.historicalCents + figures.invoicedCents + billedCents,
    figures.currentCents - billedCents,
  )
  const fixed = found.fixedCents.flatMap(
    (amount) => stored.find((each) => !each.isRecurring && each.amountCents === amount) ?? [],
  )
  const recurring = found.recurring ? stored.filter((each) => each.isRecurring).slice(0, 1) : []
  const passed = [...fixed, ...recurring]
  const after = recurring.length > 0 ? `:${billed?.invoiceId ?? 'first'}` : ''
  return { passed, key: `${figures.invoicedCents}:${passed.at(-1)?.amountCents ?? 0n}${after}` }
}
