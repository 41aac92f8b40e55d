import { Decimal } from '../../core/amounts/decimal.ts'
import type { WalletState } from '../../core/wallets/movement.ts'
import type { Funding } from '../../core/wallets/transaction.ts'
import type { WalletRow } from '../../store/wallets.ts'

/** What a wallet holds, with what is not paid yet and the transactions that it can spend. */
export function stateOf(wallet: WalletRow, unpaidCents: bigint, fundings: readonly Funding[]): WalletState {
  return {
    unit: { currency: wallet.currency, rate: Decimal.of(wallet.rateAmount) },
    limits: { minCents: wallet.paidTopUpMinAmountCents, maxCents: wallet.paidTopUpMaxAmountCents },
    balanceCents: wallet.balanceCents,
    credits: Decimal.of(wallet.creditsBalance),
    unpaidCents,
    fundings,
  }
}
