import { Decimal } from '../amounts/decimal.ts'
import type { Input } from '../input/fields.ts'
import type { Problems } from '../problems.ts'
import type { CreditAmount } from './credits.ts'
import type { TopUpLimits } from './wallet.ts'

/** Fields that hold an amount of credits. */
export type CreditField = 'paid_credits' | 'granted_credits' | 'voided_credits'

/** The code of a field that holds no amount of credits. */
const INVALID = {
  paid_credits: 'invalid_paid_credits',
  granted_credits: 'invalid_granted_credits',
  voided_credits: 'invalid_voided_credits',
} as const

/** The first amount of credits that is too large. */
const CREDITS_END = Decimal.of('1e25')
/** The money of a wallet is kept below half of 64 bits, so that the sum of two amounts always fits. */
export const WALLET_CENTS_MAX = 4_000_000_000_000_000_000n

/**
 * Reads an amount of credits, which must be a text; zero when it is absent or null. Anything else is
 * `["invalid_<field>", "invalid_amount"]`.
 */
export function readCredits(input: Input, field: CreditField, problems: Problems): Decimal {
  const value = input[field]
  if (value === undefined || value === null) return Decimal.zero
  const credits = typeof value === 'string' ? Decimal.parse(value) : undefined
  if (credits && !credits.isNegative() && credits.compare(CREDITS_END) < 0) return credits
  problems.add(field, INVALID[field])
  problems.add(field, 'invalid_amount')
  return Decimal.zero
}

/**
 * Refuses credits above zero that are worth less than a cent (`amount_rounds_to_zero`), or more than a wallet can hold
 * (`value_is_out_of_range`).
 */
export function checkWorth(
  field: CreditField,
  credits: Decimal,
  { amountCents }: CreditAmount,
  problems: Problems,
): void {
  if (credits.isPositive() && amountCents === 0n) problems.add(field, 'amount_rounds_to_zero')
  if (amountCents > WALLET_CENTS_MAX) problems.add(field, 'value_is_out_of_range')
}

/** Refuses a purchase outside the limits of its wallet; nothing is always within them. */
export function checkLimits(
  amountCents: bigint,
  { minCents, maxCents }: TopUpLimits,
  problems: Problems,
): void {
  if (amountCents === 0n) return
  if (minCents !== null && amountCents < minCents) problems.add('paid_credits', 'amount_below_minimum')
  if (maxCents !== null && amountCents > maxCents) problems.add('paid_credits', 'amount_above_maximum')
}

/** Reads the priority of a wallet or a transaction, 1 to 50 (`value_is_invalid`); undefined when it is not given. */
export function readPriority(input: Input, key: string, problems: Problems): number | undefined {
  const value = input[key]
  if (value === undefined || value === null) return undefined
  const text = typeof value === 'number' || typeof value === 'string' ? String(value) : ''
  if (/^\d{1,2}$/.test(text) && Number(text) >= 1 && Number(text) <= 50) return Number(text)
  problems.add(key, 'value_is_invalid')
  return undefined
}

/** Reads the name of a transaction: a text of 255 characters at most (`invalid_value`, `too_long`). */
export function readTransactionName(input: Input, key: string, problems: Problems): string | null {
  const value = input[key]
  if (value === undefined || value === null) return null
  if (typeof value !== 'string') problems.add(key, 'invalid_value')
  else if (value.length > 255) problems.add(key, 'too_long')
  else return value
  return null
}
