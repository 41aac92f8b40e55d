import { lesserCents } from '../amounts/cents.ts'
import type { Decimal } from '../amounts/decimal.ts'
import { WALLET_CENTS_MAX } from './credit-input.ts'
import { inSpendingOrder, mayPay, type PayableKey, type WalletFacts } from './wallet.ts'

/** An amount with its taxes in cents that wallets are expected to pay; negative when it is billed already. */
export type UsageAmount = PayableKey & { readonly currency: string; readonly cents: Decimal }

/** An active wallet of a customer. */
export type UsageWallet = Omit<WalletFacts, 'rate'> & {
  /** Whether a rule refills it below a threshold. */
  readonly isRefilled: boolean
}

/**
 * How much of what a customer has used each wallet is expected to pay, in cents by wallet id
 * (docs/rules/ongoing-balance.md#who-pays). The largest kinds of usage are given out first, each to the wallets that
 * may pay it in their order. A wallet pays at most what it has, except the last one that may pay a kind, and one that
 * is refilled: these take all that is left. The order of the arguments does not matter. More than a wallet can hold is
 * counted as that.
 */
export function allocateUsage(
  amounts: readonly UsageAmount[],
  wallets: readonly UsageWallet[],
): ReadonlyMap<string, bigint> {
  const taken = new Map<string, bigint>(wallets.map(({ id }) => [id, 0n]))
  const inOrder = inSpendingOrder(wallets)
  const kinds = netKinds(amounts)
  for (const currency of new Set(kinds.map((each) => each.kind.currency))) {
    const own = kinds.filter(({ kind }) => kind.currency === currency)
    let budget = own.reduce((sum, { cents }) => sum + cents, 0n)
    for (const { kind, cents } of own) {
      if (cents <= 0n || budget <= 0n) break
      const payers = inOrder.filter((wallet) => wallet.currency === currency && mayPay(wallet, kind))
      budget -= giveOut(lesserCents(cents, budget), payers, taken)
    }
  }
  return new Map([...taken].map(([id, cents]) => [id, lesserCents(cents, WALLET_CENTS_MAX)]))
}

/** Gives an amount to wallets in their order; returns how much of it somebody takes. */
function giveOut(cents: bigint, payers: readonly UsageWallet[], taken: Map<string, bigint>): bigint {
  let rest = cents
  for (const [place, { id, balanceCents, isRefilled }] of payers.entries()) {
    const already = taken.get(id) ?? 0n
    const takesAll = isRefilled || place === payers.length - 1
    const share = takesAll ? rest : lesserCents(rest, balanceCents - already)
    if (share <= 0n) continue
    taken.set(id, already + share)
    rest -= share
    if (rest === 0n) break
  }
  return cents - rest
}

type NetKind = { readonly id: string; readonly kind: UsageAmount; readonly cents: bigint }

/** The sum of each kind rounded to cents, the largest first. */
function netKinds(amounts: readonly UsageAmount[]): readonly NetKind[] {
  const sums = new Map<string, { kind: UsageAmount; cents: Decimal }>()
  for (const amount of amounts) {
    const { feeType, metricId, targetWalletCode, currency } = amount
    const id = JSON.stringify([feeType, metricId, targetWalletCode, currency])
    const sum = sums.get(id)
    if (sum) sum.cents = sum.cents.plus(amount.cents)
    else sums.set(id, { kind: amount, cents: amount.cents })
  }
  return [...sums]
    .map(([id, { kind, cents }]) => ({ id, kind, cents: cents.round().toBigInt() }))
    .sort((a, b) => (a.cents === b.cents ? (a.id < b.id ? -1 : 1) : a.cents > b.cents ? -1 : 1))
}

/** Whether a wallet is depleted, and whether that is news: each crossing is announced once. Zero is depleted. */
export function depletion(
  ongoingBalanceCents: bigint,
  wasDepleted: boolean,
): { readonly isDepleted: boolean; readonly isNews: boolean } {
  const isDepleted = ongoingBalanceCents <= 0n
  return { isDepleted, isNews: isDepleted && !wasDepleted }
}
