import { Decimal } from '../amounts/decimal.ts'
import { readCents } from '../input/cents.ts'
import { Fields, type Input, isInput } from '../input/fields.ts'
import type { Problems } from '../problems.ts'
import { checkUsageThresholds } from '../progressive-billing/thresholds.ts'

const AMOUNT_MAX = Decimal.of(Number.MAX_SAFE_INTEGER)

/**
 * The plan's minimum commitment per period (docs/rules/commitments.md#minimum-commitment-of-a-plan); absent keys stay
 * unchanged.
 */
export type CommitmentPayload = {
  readonly amountCents: bigint | undefined
  readonly invoiceDisplayName: string | null | undefined
  readonly taxCodes: readonly string[] | undefined
}

export type ThresholdSettings = {
  readonly amountCents: bigint
  readonly thresholdDisplayName: string | null
  readonly isRecurring: boolean
}

/**
 * Reads `minimum_commitment`: undefined when not sent, null when removed by `{}` or null
 * (docs/rules/plans.md#changing-a-plan). `isNew` makes the amount mandatory.
 */
export function readCommitment(
  raw: unknown,
  isNew: boolean,
  problems: Problems,
): CommitmentPayload | null | undefined {
  if (raw === undefined) return undefined
  if (raw === null || (isInput(raw) && Object.keys(raw).length === 0)) return null
  if (!isInput(raw)) {
    problems.add('minimum_commitment', 'value_is_invalid')
    return undefined
  }
  const fields = new Fields(raw, problems)
  const amountCents = readCents(fields, 'amount_cents', 1n)
  if (amountCents === null || (isNew && !fields.has('amount_cents'))) {
    fields.refuse('amount_cents', 'value_is_mandatory')
  }
  return {
    amountCents: amountCents ?? undefined,
    invoiceDisplayName: fields.text('invoice_display_name'),
    taxCodes: fields.ids('tax_codes'),
  }
}

/**
 * Reads the complete list of `usage_thresholds`; undefined when not sent
 * (docs/rules/progressive-billing.md#thresholds). Errors are added to `problems` under that name.
 */
export function readThresholds(raw: unknown, problems: Problems): readonly ThresholdSettings[] | undefined {
  if (raw === undefined) return undefined
  const codes = checkUsageThresholds(raw)
  for (const code of codes) problems.add('usage_thresholds', code)
  if (codes.length > 0 || !Array.isArray(raw)) return []
  return raw.map((each: unknown) => {
    const source: Input = isInput(each) ? each : {}
    const fields = new Fields(source, problems)
    const amount = Decimal.of(String(source.amount_cents))
    if (amount.compare(AMOUNT_MAX) > 0) problems.add('usage_thresholds', 'value_is_out_of_range')
    return {
      amountCents: amount.toBigInt(),
      thresholdDisplayName: fields.text('threshold_display_name') ?? null,
      isRecurring: fields.boolean('recurring') ?? false,
    }
  })
}

/** The entries of a list of objects; undefined when not sent. Anything else in the list becomes an empty object. */
export function readEntries(input: Input, key: string, problems: Problems): readonly Input[] | undefined {
  const list = input[key]
  if (list === undefined) return undefined
  if (list === null) return []
  if (!Array.isArray(list)) {
    problems.add(key, 'value_is_invalid')
    return undefined
  }
  return list.map((each: unknown) => (isInput(each) ? each : {}))
}
