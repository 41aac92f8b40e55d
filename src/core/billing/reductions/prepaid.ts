import { Decimal } from '../../amounts/decimal.ts'
import { type FeeDraft, preciseReductionCents } from '../../invoicing/fee-draft.ts'
import { TARGET_WALLET_KEY } from '../../rating/usage-plan.ts'
import { type SpendableWallet, type Spending, spendWallets } from '../../wallets/spend.ts'
import type { PayableKey } from '../../wallets/wallet.ts'
import type { SubscriptionFacts } from '../snapshot.ts'
import type { AvailableWallets } from './available.ts'
import type { Reduce, Reduction } from './reduction.ts'

/** A customer's wallets for an invoice of some of its subscriptions. */
export function availableWallets(
  wallets: readonly SpendableWallet[],
  currency: string,
  subscriptions: readonly Pick<SubscriptionFacts, 'charges'>[],
): AvailableWallets {
  return {
    wallets,
    currency,
    charges: new Map(
      subscriptions.flatMap(({ charges }) =>
        charges.map(({ id, metric, acceptsTargetWallet }) => {
          return [id, { metricId: metric.id, acceptsTargetWallet }] as const
        }),
      ),
    ),
  }
}

/** Takes prepaid credits off what is left of the total (docs/rules/wallets.md#prepaid-credits-on-an-invoice). */
export const reduceByWallets: Reduce = (invoice, { wallets }) => {
  if (!wallets || wallets.wallets.length === 0 || invoice.leftCents <= 0n) return invoice
  const spendings = spendWallets(wallets.wallets, {
    currency: wallets.currency,
    totalCents: invoice.leftCents,
    fees: invoice.fees.map((fee) => ({
      ...payableKey(fee, wallets.charges),
      capCents: capOf(fee, invoice.taxesByFee?.get(fee.key) ?? Decimal.zero),
    })),
  })
  return {
    ...invoice,
    reductions: [...invoice.reductions, ...spendings.map(reductionOf)],
    leftCents: spendings.reduce((left, { amountCents }) => left - amountCents, invoice.leftCents),
  }
}

/** What invoices of a bill have taken from wallets. */
export function spendingsOf(reductions: readonly Reduction[]): readonly Spending[] {
  return reductions.flatMap(({ spending }) => spending ?? [])
}

function reductionOf(spending: Spending): Reduction {
  return {
    kind: 'prepaid_credit',
    sourceId: spending.walletId,
    isBeforeTaxes: false,
    amountCents: spending.amountCents,
    spending,
  }
}

/** What decides which wallets may pay a fee. */
export function payableKey(
  { feeType, chargeId, groupedBy }: Pick<FeeDraft, 'feeType' | 'chargeId' | 'groupedBy'>,
  charges: AvailableWallets['charges'],
): PayableKey {
  const charge = charges.get(chargeId ?? '')
  return {
    feeType,
    metricId: charge?.metricId ?? null,
    targetWalletCode: charge?.acceptsTargetWallet ? groupedBy[TARGET_WALLET_KEY] || null : null,
  }
}

function capOf(fee: FeeDraft, preciseTaxes: Decimal): Decimal {
  const base = Decimal.of(fee.amountCents).minus(preciseReductionCents(fee))
  return base.isZero() ? Decimal.zero : base.plus(preciseTaxes)
}
