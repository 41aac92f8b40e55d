import { allocateUsage, depletion } from '../../core/wallets/ongoing-balance.ts'
import type { Tx } from '../../store/database.ts'
import {
  type BalanceRow,
  lockBalances,
  type NewBalance,
  passOnUsage,
  usageWallets,
  writeOngoingBalances,
} from '../../store/ongoing-balances.ts'
import { refreshStatistics } from '../../store/planner-statistics.ts'
import { groupedBy } from '../../store/values.ts'
import { fireWalletAlerts } from '../alerts/fire-wallet-alerts.ts'
import type { Caller } from '../context.ts'
import type { BatchAction } from '../due/due-action.ts'
import { announceDepletion } from './announce-depletion.ts'
import { expectedUsage } from './expected-usage.ts'
import { topUpBelowThresholds } from './top-up-below-thresholds.ts'

/** Customers in one transaction: what waits to be folded is read as a whole, however few of them ask for it. */
const REFRESHED_MAX = 1000
/** Of so many customers, reading the events of a young month by the wrong index would take seconds. */
const MANY = 50

/**
 * Due work: events of customers with wallets. It only passes on the wish for a refresh, so that it is over at once: an
 * event that comes meanwhile waits for it.
 */
export const passOnWalletUsage: BatchAction = {
  kind: 'wallet_usage',
  itemsMax: 200,
  act: async (_context, tx, { organizationId, now }, items) => {
    await passOnUsage(
      tx,
      organizationId,
      items.map(({ subjectId }) => subjectId),
      now,
    )
  },
}

/**
 * Due work: computes the ongoing balances of customers anew, up to a thousand in one transaction, and does what follows
 * from them: alerts, the message of a wallet that is depleted, and top-ups below a threshold
 * (docs/rules/ongoing-balance.md).
 */
export const refreshWallets: BatchAction = {
  kind: 'wallet_refresh',
  itemsMax: REFRESHED_MAX,
  act: async (context, tx, caller, items) => {
    if (items.length >= MANY) await refreshStatistics(context.database)
    await refreshCustomers(
      tx,
      caller,
      items.map(({ subjectId }) => subjectId),
    )
  },
}

/** The caller has locked the customers. */
async function refreshCustomers(tx: Tx, caller: Caller, customerIds: readonly string[]): Promise<void> {
  const wallets = await usageWallets(tx, customerIds, caller.now)
  if (wallets.length === 0) return
  const byCustomer = groupedBy(wallets, ({ customerId }) => customerId)
  const used = await expectedUsage(tx, [...byCustomer.keys()], caller.now)
  const usageCents = new Map<string, bigint>()
  for (const [customerId, own] of byCustomer) {
    for (const [id, cents] of allocateUsage(used.get(customerId) ?? [], own)) usageCents.set(id, cents)
  }
  const rows = await lockBalances(tx, [...usageCents.keys()])
  const balances = rows.map((row) => ({ row, balance: newBalance(row, usageCents.get(row.id) ?? 0n) }))
  const changed = balances.filter(({ row, balance }) => isChanged(row, balance))
  await writeOngoingBalances(
    tx,
    changed.map(({ balance }) => balance),
    caller.now,
  )
  const depleted = changed.filter(({ row, balance }) => balance.isDepleted && !row.depletedOngoingBalance)
  await announceDepletion(
    tx,
    caller,
    depleted.map(({ row }) => row.id),
  )
  await topUpBelowThresholds(tx, caller, changed)
  await fireWalletAlerts(tx, caller, balances)
}

function newBalance(row: BalanceRow, ongoingUsageBalanceCents: bigint): NewBalance {
  const ongoingBalanceCents = row.balanceCents - ongoingUsageBalanceCents
  const { isDepleted } = depletion(ongoingBalanceCents, row.depletedOngoingBalance)
  return { id: row.id, ongoingBalanceCents, ongoingUsageBalanceCents, isDepleted }
}

/** Whether the balance or the usage is another one than when it was last looked at. */
function isChanged(row: BalanceRow, balance: NewBalance): boolean {
  return (
    balance.ongoingBalanceCents !== row.checkedOngoingBalanceCents ||
    balance.ongoingUsageBalanceCents !== row.checkedOngoingUsageBalanceCents
  )
}
