import type { Decimal } from '../amounts/decimal.ts'
import type { Instant } from '../calendar/instant.ts'
import { type Outcome, outcome, type Problems, refusedFields } from '../problems.ts'
import { consume } from './consume.ts'
import { checkLimits, checkWorth, WALLET_CENTS_MAX } from './credit-input.ts'
import { type CreditAmount, type CreditUnit, creditsOfCents, inboundAmount, voidedAmount } from './credits.ts'
import type { Consumption, Funding } from './transaction.ts'
import type { MovementInput } from './transaction-input.ts'
import type { TopUpLimits } from './wallet.ts'

/** What a wallet holds while credits are moved. */
export type WalletState = {
  readonly unit: CreditUnit
  readonly limits: TopUpLimits
  readonly balanceCents: bigint
  readonly credits: Decimal
  /** What purchases that are not paid yet would add. */
  readonly unpaidCents: bigint
  readonly fundings: readonly Funding[]
}

/** What a request moves. */
export type CreditMovement = Pick<
  MovementInput,
  'paidCredits' | 'grantedCredits' | 'voidedCredits' | 'voidedTransactionId' | 'ignoreLimits' | 'priority'
>

/** A transaction to be written. */
export type Moved = CreditAmount & {
  readonly id: string
  readonly kind: 'purchased' | 'granted' | 'voided'
  /** What a void takes; empty for what enters the wallet. */
  readonly consumptions: readonly Consumption[]
}

/** The transactions of a movement in their order, and the wallet after it. */
export type Applied = { readonly moved: readonly Moved[]; readonly state: WalletState }

/**
 * Adds what is wrong with a movement of credits of an active wallet (docs/rules/wallets.md#transactions).
 *
 * @param inboundIds inbound transactions of the wallet, among them those that are named, with or without a remainder
 */
export function checkMovement(
  state: WalletState,
  movement: CreditMovement,
  inboundIds: ReadonlySet<string>,
  problems: Problems,
): void {
  const { paidCredits, grantedCredits, voidedCredits, voidedTransactionId, ignoreLimits } = movement
  const { unit } = state
  const paid = inboundAmount(paidCredits, unit)
  const granted = inboundAmount(grantedCredits, unit)
  checkWorth('paid_credits', paidCredits, paid, problems)
  checkWorth('granted_credits', grantedCredits, granted, problems)
  if (!ignoreLimits) checkLimits(paid.amountCents, state.limits, problems)
  if (!canHold(state, movement)) {
    const field = paid.amountCents > granted.amountCents ? 'paid_credits' : 'granted_credits'
    problems.add(field, 'value_is_out_of_range')
  }
  if (voidedCredits !== null) {
    checkWorth('voided_credits', voidedCredits, voidedAmount(voidedCredits, unit), problems)
    if (voidedCredits.compare(state.credits) > 0) problems.add('voided_credits', 'insufficient_credits')
  }
  if (voidedTransactionId === null) return
  if (!inboundIds.has(voidedTransactionId)) {
    problems.add('voided_transaction_id', 'wallet_transaction_not_found')
  } else if (!state.fundings.some(({ id }) => id === voidedTransactionId)) {
    problems.add('voided_transaction_id', 'no_remaining_amount')
  }
}

/** Whether a wallet can hold what is added to it, with all that is not paid yet. */
export function canHold(
  { unit, balanceCents, unpaidCents }: WalletState,
  { paidCredits, grantedCredits }: Pick<CreditMovement, 'paidCredits' | 'grantedCredits'>,
): boolean {
  const addedCents =
    inboundAmount(paidCredits, unit).amountCents + inboundAmount(grantedCredits, unit).amountCents
  return addedCents === 0n || balanceCents + unpaidCents + addedCents <= WALLET_CENTS_MAX
}

/**
 * Sells, grants and voids credits, in this order. Nothing is made of credits that are worth nothing. Refused when a
 * void takes more than there is.
 *
 * @param ids of the transactions that may be made, by their kind
 */
export function applyMovement(
  state: WalletState,
  movement: CreditMovement,
  ids: Readonly<Record<Moved['kind'], string>>,
  at: Instant,
): Outcome<Applied> {
  const added = applyInbound(state, movement, ids, at)
  const voided = amountToVoid(added.state, movement)
  if (voided === null) return outcome(added)
  const { voidedTransactionId } = movement
  const isMeant = ({ id }: Funding) => voidedTransactionId === null || id === voidedTransactionId
  const fundings = added.state.fundings.filter(isMeant)
  if (voidedTransactionId !== null && voided.amountCents > sumOf(fundings)) {
    return refusedFields({ amount_cents: ['exceeds_remaining_transaction_amount'] })
  }
  const consumed = consume(fundings, voided.amountCents)
  if (!consumed.ok) return consumed
  const { consumptions, left } = consumed.value
  const others = added.state.fundings.filter((each) => !isMeant(each))
  return outcome({
    moved: [...added.moved, { ...voided, id: ids.voided, kind: 'voided', consumptions }],
    state: {
      ...added.state,
      balanceCents: added.state.balanceCents - voided.amountCents,
      credits: added.state.credits.minus(voided.credits),
      fundings: [...others, ...left],
    },
  })
}

function applyInbound(
  state: WalletState,
  { paidCredits, grantedCredits, priority }: CreditMovement,
  ids: Readonly<Record<Moved['kind'], string>>,
  at: Instant,
): Applied {
  const paid = inboundAmount(paidCredits, state.unit)
  const granted = inboundAmount(grantedCredits, state.unit)
  const isPaid = paid.amountCents > 0n
  const isGranted = granted.amountCents > 0n
  const funding: Funding = {
    id: ids.granted,
    priority,
    kind: 'granted',
    createdAt: at,
    remainingCents: granted.amountCents,
  }
  return {
    moved: [
      ...(isPaid ? [{ ...paid, id: ids.purchased, kind: 'purchased' as const, consumptions: [] }] : []),
      ...(isGranted ? [{ ...granted, id: ids.granted, kind: 'granted' as const, consumptions: [] }] : []),
    ],
    state: {
      ...state,
      unpaidCents: state.unpaidCents + paid.amountCents,
      balanceCents: state.balanceCents + granted.amountCents,
      credits: state.credits.plus(granted.credits),
      fundings: isGranted ? [...state.fundings, funding] : state.fundings,
    },
  }
}

/** What a movement voids: the credits that it names, or all that is left of a transaction; null for nothing. */
function amountToVoid(
  { unit, fundings }: WalletState,
  { voidedCredits, voidedTransactionId }: CreditMovement,
): CreditAmount | null {
  if (voidedCredits !== null) return voidedCredits.isZero() ? null : voidedAmount(voidedCredits, unit)
  if (voidedTransactionId === null) return null
  const amountCents = sumOf(fundings.filter(({ id }) => id === voidedTransactionId))
  return { amountCents, credits: creditsOfCents(amountCents, unit) }
}

function sumOf(fundings: readonly Funding[]): bigint {
  return fundings.reduce((sum, { remainingCents }) => sum + remainingCents, 0n)
}
