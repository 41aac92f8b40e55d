import type { Decimal } from '../amounts/decimal.ts'
import type { Instant } from '../calendar/instant.ts'

export const WALLET_STATUSES = ['active', 'terminated'] as const
export const PAYMENT_METHOD_TYPES = ['provider', 'manual'] as const

/** Kinds of fees that a wallet can be limited to; `product` is accepted and matches nothing yet. */
export const WALLET_FEE_TYPES = [
  'charge',
  'add_on',
  'subscription',
  'credit',
  'commitment',
  'fixed_charge',
  'product',
] as const

export const PRIORITY_MAX = 50
/** Last in the order of spending. */
export const DEFAULT_PRIORITY = PRIORITY_MAX

/** What a wallet pays for: fees of these types and usage of these metrics. Both empty means everything. */
export type WalletTargets = {
  readonly feeTypes: ReadonlySet<string>
  readonly metricIds: ReadonlySet<string>
}

/** The money side of a wallet. */
export type WalletFacts = {
  readonly id: string
  readonly code: string
  readonly currency: string
  /** Currency units per credit. */
  readonly rate: Decimal
  /** 1 is spent first. */
  readonly priority: number
  readonly createdAt: Instant
  /** The spendable money in cents, never below zero. */
  readonly balanceCents: bigint
  readonly targets: WalletTargets
}

/** The paid top-ups that a wallet allows, in cents; null for no limit. */
export type TopUpLimits = { readonly minCents: bigint | null; readonly maxCents: bigint | null }

/** A part of what a customer owes that wallets can be limited to. */
export type PayableKey = {
  readonly feeType: string
  /** Of usage fees; null otherwise. */
  readonly metricId: string | null
  /** The only wallet that may pay, by its code; null for all. */
  readonly targetWalletCode: string | null
}

/** Whether a wallet may pay for something (docs/rules/wallets.md#what-a-wallet-pays-for). */
export function mayPay(wallet: Pick<WalletFacts, 'code' | 'targets'>, key: PayableKey): boolean {
  if (key.targetWalletCode !== null) return wallet.code === key.targetWalletCode
  const { feeTypes, metricIds } = wallet.targets
  if (feeTypes.size === 0 && metricIds.size === 0) return true
  return feeTypes.has(key.feeType) || (key.feeType === 'charge' && metricIds.has(key.metricId ?? ''))
}

/** Wallets in the order in which they are spent: by priority, then by age. */
export function inSpendingOrder<W extends Pick<WalletFacts, 'id' | 'priority' | 'createdAt'>>(
  wallets: readonly W[],
): readonly W[] {
  return [...wallets].sort(
    (a, b) => a.priority - b.priority || a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1),
  )
}
