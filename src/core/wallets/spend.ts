import { lesserCents } from '../amounts/cents.ts'
import { Decimal } from '../amounts/decimal.ts'
import { consume } from './consume.ts'
import { invoicedAmount } from './credits.ts'
import type { Consumption, Funding } from './transaction.ts'
import { inSpendingOrder, mayPay, type PayableKey, type WalletFacts } from './wallet.ts'

/** A wallet with the inbound transactions that its balance consists of. */
export type SpendableWallet = WalletFacts & { readonly fundings: readonly Funding[] }

/** What wallets may pay on an invoice: its currency, its total in cents, and what each of its fees comes to. */
export type PayableInvoice = {
  readonly currency: string
  readonly totalCents: bigint
  readonly fees: readonly (PayableKey & {
    /** The fee in cents with unrounded taxes, less what was taken off. */
    readonly capCents: Decimal
  })[]
}

/** What an invoice takes from a wallet, and from which credits. */
export type Spending = {
  readonly walletId: string
  readonly amountCents: bigint
  readonly credits: Decimal
  readonly consumptions: readonly (Consumption & { readonly kind: Funding['kind'] })[]
}

/** Fees that the same wallets may pay. */
type Bucket = PayableKey & { leftCents: Decimal }

/**
 * What each wallet pays of an invoice, in the order in which wallets are spent
 * (docs/rules/wallets.md#prepaid-credits-on-an-invoice). Fees that the same wallets may pay are paid together, the
 * largest sum first. The sum never exceeds the total, nor the balance of any wallet.
 */
export function spendWallets(
  wallets: readonly SpendableWallet[],
  invoice: PayableInvoice,
): readonly Spending[] {
  const { currency, totalCents } = invoice
  const spendable = wallets.filter((each) => each.currency === currency && each.balanceCents > 0n)
  if (totalCents <= 0n || spendable.length === 0) return []
  const buckets = bucketsOf(invoice)
  let leftCents = totalCents
  return inSpendingOrder(spendable).flatMap((wallet): Spending[] => {
    const amountCents = takeFrom(buckets, wallet, leftCents)
    if (amountCents === 0n) return []
    leftCents -= amountCents
    return [spendingOf(wallet, amountCents)]
  })
}

/** The wallets after some of them were spent. */
export function walletsAfter(
  wallets: readonly SpendableWallet[],
  spendings: readonly Spending[],
): readonly SpendableWallet[] {
  if (spendings.length === 0) return wallets
  const spent = new Map(spendings.map(({ walletId, amountCents }) => [walletId, amountCents]))
  return wallets.map((wallet) => {
    const amountCents = spent.get(wallet.id)
    if (amountCents === undefined) return wallet
    const { left } = consumed(wallet, amountCents)
    return { ...wallet, balanceCents: wallet.balanceCents - amountCents, fundings: left }
  })
}

/** How much of what was spent had been granted and how much purchased, in cents. */
export function spentByKind(spendings: readonly Spending[]): Readonly<Record<Funding['kind'], bigint>> {
  const sums = { granted: 0n, purchased: 0n }
  for (const { consumptions } of spendings) {
    for (const { kind, amountCents } of consumptions) sums[kind] += amountCents
  }
  return sums
}

function spendingOf(wallet: SpendableWallet, amountCents: bigint): Spending {
  const kinds = new Map(wallet.fundings.map(({ id, kind }) => [id, kind]))
  const { consumptions } = consumed(wallet, amountCents)
  return {
    walletId: wallet.id,
    amountCents,
    credits: invoicedAmount(amountCents, wallet).credits,
    consumptions: consumptions.map((each) => ({ ...each, kind: kinds.get(each.inboundId) ?? 'granted' })),
  }
}

function consumed({ id, fundings }: SpendableWallet, amountCents: bigint) {
  const result = consume(fundings, amountCents)
  if (!result.ok) throw new Error(`wallet ${id} holds less than its balance`)
  return result.value
}

function bucketsOf({ totalCents, fees }: PayableInvoice): readonly Bucket[] {
  const byKey = new Map<string, Bucket>()
  for (const { feeType, metricId, targetWalletCode, capCents } of fees) {
    if (!capCents.isPositive()) continue
    const key = JSON.stringify([feeType, metricId, targetWalletCode])
    const leftCents = (byKey.get(key)?.leftCents ?? Decimal.zero).plus(capCents)
    byKey.set(key, { feeType, metricId, targetWalletCode, leftCents })
  }
  const buckets = [...byKey.values()].sort((a, b) => b.leftCents.compare(a.leftCents))
  // The taxes of the invoice are rounded once, so its total may exceed the sum of its fees by a few fractions of cents.
  const [largest] = buckets
  const missing = Decimal.of(totalCents).minus(Decimal.sum(buckets.map(({ leftCents }) => leftCents)))
  if (largest && missing.isPositive() && missing.compare(Decimal.of(buckets.length)) <= 0) {
    largest.leftCents = largest.leftCents.plus(missing)
  }
  return buckets
}

/** Whole cents that a wallet pays of the buckets. The fraction that it cannot pay is left to the next wallet. */
function takeFrom(buckets: readonly Bucket[], wallet: SpendableWallet, leftCents: bigint): bigint {
  const most = Decimal.of(lesserCents(wallet.balanceCents, leftCents))
  let used = Decimal.zero
  let last: Bucket | null = null
  for (const bucket of buckets) {
    if (!bucket.leftCents.isPositive() || !mayPay(wallet, bucket)) continue
    const taken = Decimal.min(bucket.leftCents, most.minus(used))
    if (!taken.isPositive()) break
    bucket.leftCents = bucket.leftCents.minus(taken)
    used = used.plus(taken)
    last = bucket
  }
  const whole = used.round(0, 'down')
  if (last) last.leftCents = last.leftCents.plus(used.minus(whole))
  return whole.toBigInt()
}
