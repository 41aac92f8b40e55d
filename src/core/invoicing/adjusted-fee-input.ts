import { Decimal } from '../amounts/decimal.ts'
import { Fields, type Input, isInput } from '../input/fields.ts'
import { type Outcome, Problems, refused } from '../problems.ts'
import type { FeeChange } from './adjusted-fee.ts'

/** Which fee of a draft is meant: an existing one, or that of a charge of a subscription on it. */
export type FeeTarget =
  | { readonly by: 'fee'; readonly feeId: string }
  | {
      readonly by: 'charge'
      readonly subscriptionId: string
      readonly chargeId: string
      readonly chargeFilterId: string | null
    }
  | { readonly by: 'fixed_charge'; readonly subscriptionId: string; readonly fixedChargeId: string }

export type AdjustedFeeInput = { readonly target: FeeTarget; readonly change: FeeChange }

/** A fee of a voided invoice that the new one repeats. */
export type RegeneratedFeeInput = {
  readonly id: string
  readonly change: FeeChange
  /** Null for the taxes that the fee has anyway. */
  readonly taxCodes: readonly string[] | null
}

const NAME_LENGTH_MAX = 255
/** As for prices: fifteen digits before the point. */
const LIMIT = Decimal.of('1e15')
/** Decimals of units, and of the price of one, that are kept. */
const UNITS_SCALE = 30
const PRICE_SCALE = 15

/** Reads the change of a fee of a draft. 422 with every invalid field. */
export function readAdjustedFee(input: Input): Outcome<AdjustedFeeInput> {
  const problems = new Problems()
  const fields = new Fields(input, problems)
  const target = readTarget(fields)
  const change = readChange(fields)
  const { units, invoiceDisplayName } = change
  const isNothing = units === null && (invoiceDisplayName === null || target.by !== 'fee')
  if (isNothing && !problems.any) fields.refuse('units', 'value_is_mandatory')
  return problems.outcome({ target, change })
}

/**
 * Reads which fees of a voided invoice the new one repeats, and how; null for all of them. 404 `fees_not_found` for an
 * empty list, 422 with every invalid field.
 */
export function readRegeneration(input: Input): Outcome<readonly RegeneratedFeeInput[] | null> {
  const problems = new Problems()
  const { fees } = input
  if (fees === undefined || fees === null) return problems.outcome(null)
  if (Array.isArray(fees) && fees.length === 0) return refused({ kind: 'not_found', code: 'fees_not_found' })
  if (!Array.isArray(fees) || !fees.every(isInput)) {
    problems.add('fees', 'value_is_invalid')
    return problems.outcome(null)
  }
  const chosen = fees.map((fee: Input): RegeneratedFeeInput => {
    const fields = new Fields(fee, problems)
    const id = fields.mandatoryId('id', NAME_LENGTH_MAX) ?? ''
    return { id, change: readChange(fields), taxCodes: fields.ids('tax_codes') ?? null }
  })
  if (new Set(chosen.map(({ id }) => id)).size < chosen.length) problems.add('fees', 'value_is_duplicated')
  return problems.outcome(chosen)
}

function readTarget(fields: Fields): FeeTarget {
  const textOf = (key: string) => fields.id(key, NAME_LENGTH_MAX) || null
  const feeId = textOf('fee_id')
  if (feeId !== null) return { by: 'fee', feeId }
  const subscriptionId = textOf('subscription_id')
  const chargeId = textOf('charge_id')
  const chargeFilterId = textOf('charge_filter_id')
  const fixedChargeId = textOf('fixed_charge_id')
  if (subscriptionId !== null && chargeId !== null) {
    return { by: 'charge', subscriptionId, chargeId, chargeFilterId }
  }
  if (subscriptionId !== null && fixedChargeId !== null) {
    return { by: 'fixed_charge', subscriptionId, fixedChargeId }
  }
  fields.refuse('fee_id', 'value_is_mandatory')
  return { by: 'fee', feeId: '' }
}

function readChange(fields: Fields): FeeChange {
  const units = readAmount(fields, 'units', UNITS_SCALE)
  const unitAmount = readAmount(fields, 'unit_precise_amount', PRICE_SCALE)
  if (unitAmount !== null && fields.isBlank('units')) fields.refuse('units', 'value_is_mandatory')
  return {
    units,
    unitAmount,
    invoiceDisplayName: fields.text('invoice_display_name', NAME_LENGTH_MAX) || null,
  }
}

function readAmount(fields: Fields, key: string, scale: number): Decimal | null {
  if (fields.isBlank(key)) return null
  const amount = fields.decimal(key)
  if (!amount) return null
  if (amount.isNegative() || amount.compare(LIMIT) >= 0) fields.refuse(key, 'value_is_out_of_range')
  return amount.round(scale)
}
