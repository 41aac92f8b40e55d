import type { Decimal } from '../amounts/decimal.ts'
import { readCents } from '../input/cents.ts'
import { Fields, type Input } from '../input/fields.ts'
import { type Outcome, Problems } from '../problems.ts'
import type { PortalPart } from './portal-parts.ts'

/** Nobody needs to be told more often. */
export const OWN_ALERTS_MAX = 20

/** What customers can set alerts on: the usage of a subscription in its present period, or the balance of a wallet. */
export const OWN_ALERT_TYPES = ['current_usage_amount', 'wallet_balance_amount'] as const
export type OwnAlertType = (typeof OWN_ALERT_TYPES)[number]

/** A new alert of a customer. */
export type OwnAlert = {
  readonly type: OwnAlertType
  /** The id of the subscription or of the wallet. */
  readonly subjectId: string
  readonly amountCents: bigint
}

/**
 * Reads a new alert of a customer: an amount, and either a subscription or a wallet. Usage reaches an amount that is
 * more than nothing; a balance also falls to nothing.
 */
export function readOwnAlert(input: Input): Outcome<OwnAlert> {
  const problems = new Problems()
  const fields = new Fields(input, problems)
  const subscriptionId = fields.text('subscription_id')
  const walletId = fields.text('wallet_id')
  if (subscriptionId && walletId) fields.refuse('wallet_id', 'value_must_be_blank')
  if (!subscriptionId && !walletId && !problems.any) fields.refuse('subscription_id', 'value_is_mandatory')
  const type = walletId ? 'wallet_balance_amount' : 'current_usage_amount'
  const amountCents = amountOf(fields, type)
  return problems.outcome({
    type,
    subjectId: subscriptionId || walletId || '',
    amountCents: amountCents ?? 0n,
  })
}

/** Reads the new amount of an alert; what it is on stays. */
export function readOwnAlertChange(input: Input, type: OwnAlertType): Outcome<bigint> {
  const problems = new Problems()
  const amountCents = amountOf(new Fields(input, problems), type)
  return problems.outcome(amountCents ?? 0n)
}

function amountOf(fields: Fields, type: OwnAlertType): bigint | undefined {
  if (fields.isBlank('amount_cents')) return fields.refuse('amount_cents', 'value_is_mandatory')
  return readCents(fields, 'amount_cents', type === 'wallet_balance_amount' ? 0n : 1n) ?? undefined
}

/**
 * Whether the portal has alerts of a type. They tell amounts, so they go with the part that shows these: without it
 * they can neither be seen nor set, and are not raised.
 */
export function hasOwnAlerts(parts: readonly string[], type: OwnAlertType): boolean {
  const shown: readonly PortalPart[] = type === 'wallet_balance_amount' ? ['wallets'] : ['usage', 'amounts']
  return ['alerts', ...shown].every((part) => parts.includes(part))
}

/** Whether the figure of the last look has reached the amount of an alert: usage from below, a balance from above. */
export function hasReached(type: OwnAlertType, amount: Decimal, figure: Decimal): boolean {
  const difference = figure.compare(amount)
  return type === 'wallet_balance_amount' ? difference <= 0 : difference >= 0
}

/** A type that is one of those of customers. */
export function ownTypeOf(type: string): OwnAlertType {
  const own = OWN_ALERT_TYPES.find((each) => each === type)
  if (own === undefined) throw new Error(`customers have no alerts of the type ${type}`)
  return own
}
