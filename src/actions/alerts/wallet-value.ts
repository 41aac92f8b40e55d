import type { AlertType } from '../../core/alerts/check-alert.ts'
import { Decimal } from '../../core/amounts/decimal.ts'
import { creditsOfCents } from '../../core/wallets/credits.ts'
import type { WalletRow } from '../../store/wallets.ts'

/** The money of a wallet that its alerts watch. */
export type WatchedWallet = Pick<
  WalletRow,
  'currency' | 'rateAmount' | 'balanceCents' | 'creditsBalance' | 'ongoingBalanceCents'
>

/** The figure of a wallet that an alert of a type watches: cents, or credits (docs/rules/alerts.md#what-is-watched). */
export function walletValue(type: AlertType, wallet: WatchedWallet): Decimal {
  if (type === 'wallet_balance_amount') return Decimal.of(wallet.balanceCents)
  if (type === 'wallet_credits_balance') return Decimal.of(wallet.creditsBalance)
  if (type === 'wallet_ongoing_balance_amount') return Decimal.of(wallet.ongoingBalanceCents)
  const unit = { currency: wallet.currency, rate: Decimal.of(wallet.rateAmount) }
  return creditsOfCents(wallet.ongoingBalanceCents, unit)
}
