import type { AlertType } from '../../core/alerts/check-alert.ts'
import { type AlertDirection, crossedThresholds } from '../../core/alerts/crossing.ts'
import { Decimal } from '../../core/amounts/decimal.ts'
import { lockAlertsOfWallets, rememberValues, thresholdsIn } from '../../store/alerts.ts'
import { findCustomersById } from '../../store/customers.ts'
import type { Tx } from '../../store/database.ts'
import type { BalanceRow, NewBalance } from '../../store/ongoing-balances.ts'
import type { Caller } from '../context.ts'
import { type CrossedAlert, raiseAlert } from './raise-alert.ts'
import { walletValue } from './wallet-value.ts'

/**
 * Compares what the alerts of refreshed wallets watch with what they saw last. All thresholds that an alert crossed
 * result in one triggered alert and one webhook.
 */
export async function fireWalletAlerts(
  tx: Tx,
  caller: Caller,
  refreshed: readonly { readonly row: BalanceRow; readonly balance: NewBalance }[],
): Promise<void> {
  const walletOf = new Map(refreshed.map(({ row, balance }) => [row.id, { ...row, ...balance }]))
  const crossings: (CrossedAlert & { readonly customerId: string })[] = []
  const seen: { id: string; value: Decimal }[] = []
  for (const alert of await lockAlertsOfWallets(tx, [...walletOf.keys()])) {
    const wallet = walletOf.get(alert.walletId ?? '')
    if (!wallet) continue
    const previous = Decimal.of(alert.previousValue)
    const current = walletValue(alert.alertType as AlertType, wallet)
    if (current.equals(previous)) continue
    seen.push({ id: alert.id, value: current })
    const direction = alert.direction as AlertDirection
    const crossed = crossedThresholds(direction, thresholdsIn(alert.thresholds), previous, current)
    if (crossed.length === 0) continue
    crossings.push({ alert, previous, current, crossed, customerId: wallet.customerId })
  }
  await rememberValues(tx, seen, caller.now)
  if (crossings.length === 0) return
  const customers = await findCustomersById(
    tx,
    crossings.map(({ customerId }) => customerId),
  )
  const names = new Map(customers.map(({ id, externalId }) => [id, externalId]))
  for (const { customerId, ...crossing } of crossings) {
    const of = { subscriptionId: null, externalCustomerId: names.get(customerId) ?? '' }
    await raiseAlert(tx, caller, crossing, of)
  }
}
