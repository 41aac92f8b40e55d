import { addMs, SECOND_MS } from '../../core/calendar/instant.ts'
import { thresholdTopUp } from '../../core/wallets/threshold-top-up.ts'
import type { Tx } from '../../store/database.ts'
import type { BalanceRow, NewBalance } from '../../store/ongoing-balances.ts'
import { pendingCredits, ruleOf, thresholdRules } from '../../store/recurring-rules.ts'
import { askForTopUps } from '../../store/wallet-top-ups.ts'
import type { Caller } from '../context.ts'
import { toppedUpWallet, topUpOfRule } from './top-up-by-rule.ts'

/** So that changes that come together are answered by one top-up. */
const DELAY_MS = 2 * SECOND_MS

/** A wallet as it was, and its new ongoing balance. */
export type RefreshedWallet = { readonly row: BalanceRow; readonly balance: NewBalance }

/**
 * Asks for top-ups of the wallets whose ongoing balance has fallen to the threshold of a rule
 * (docs/rules/recurring-top-ups.md#thresholds); each wallet has one that waits at most.
 */
export async function topUpBelowThresholds(
  tx: Tx,
  caller: Caller,
  refreshed: readonly RefreshedWallet[],
): Promise<void> {
  const ids = refreshed.map(({ row }) => row.id)
  const rules = await thresholdRules(tx, ids, caller.now)
  if (rules.size === 0) return
  const pending = await pendingCredits(tx, [...rules.keys()])
  const topUps = refreshed.flatMap(({ row, balance }) => {
    const found = rules.get(row.id)
    if (!found) return []
    const wallet = toppedUpWallet({ ...row, ...balance }, found.limits, pending.get(row.id))
    const credits = thresholdTopUp(ruleOf(found.row), wallet, found.last, caller.now)
    return credits ? [topUpOfRule(caller, found.row, 'threshold', credits)] : []
  })
  await askForTopUps(tx, topUps, addMs(caller.now, DELAY_MS))
}
