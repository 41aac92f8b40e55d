import { notFound } from '../../core/refusal.ts'
import { SUBSCRIPTION_STATUSES } from '../../core/subscriptions/lifecycle.ts'
import { scheduleActivity } from '../../store/activity-items.ts'
import { type AlertOwner, type AlertRow, findAlert } from '../../store/alerts.ts'
import { findCustomer } from '../../store/customers.ts'
import type { Reads, Tx } from '../../store/database.ts'
import { scheduleWalletRefresh } from '../../store/ongoing-balances.ts'
import { findSubscription, lockChain, type SubscriptionRow } from '../../store/subscriptions.ts'
import { findWallet, lockWallet, type WalletRow } from '../../store/wallets.ts'
import type { Caller } from '../context.ts'
import { findLocked } from '../subscriptions/lock-subscription.ts'

/**
 * What has alerts, as a request names it: the active subscription with an external id, or the one with another status;
 * or the wallet of a customer with a code.
 */
export type Alerted =
  | { readonly externalId: string; readonly status: string | undefined }
  | { readonly externalCustomerId: string; readonly walletCode: string }

/** What has alerts, found. */
export type AlertSubject =
  | { readonly family: 'subscription'; readonly owner: { readonly externalSubscriptionId: string } }
  | {
      readonly family: 'wallet'
      readonly owner: { readonly walletId: string }
      readonly wallet: WalletRow
    }

/** 404 `subscription_not_found`; `customer_not_found`, then `wallet_not_found`. */
export async function findAlerted(reads: Reads, alerted: Alerted): Promise<AlertOwner> {
  if ('externalId' in alerted) {
    return { externalSubscriptionId: (await findAlertedSubscription(reads, alerted)).externalId }
  }
  const wallet = await findWallet(reads, await walletOf(reads, alerted))
  if (!wallet) throw notFound('wallet')
  return { walletId: wallet.id }
}

/** The same, locked so that its alerts cannot change meanwhile. */
export async function lockAlerted(tx: Tx, alerted: Alerted): Promise<AlertSubject> {
  if ('externalId' in alerted) {
    const row = await findLocked(tx, () => findAlertedSubscription(tx, alerted))
    if (!row) throw notFound('subscription')
    await lockChain(tx, row.externalId)
    return { family: 'subscription', owner: { externalSubscriptionId: row.externalId } }
  }
  const wallet = await lockWallet(tx, await walletOf(tx, alerted))
  if (!wallet) throw notFound('wallet')
  return { family: 'wallet', owner: { walletId: wallet.id }, wallet }
}

/** Schedules a check of the alerts of what was locked. */
export async function scheduleCheck(
  tx: Tx,
  { organizationId, now }: Caller,
  subject: AlertSubject,
): Promise<void> {
  if (subject.family === 'wallet') {
    await scheduleWalletRefresh(tx, organizationId, [subject.wallet.customerId], now)
  } else {
    await scheduleActivity(tx, organizationId, subject.owner, now)
  }
}

/** 404 as `findAlerted`, then `alert_not_found`. */
export async function readAlert(reads: Reads, alerted: Alerted, code: string): Promise<AlertRow> {
  const alert = await findAlert(reads, await findAlerted(reads, alerted), code)
  if (!alert) throw notFound('alert')
  return alert
}

async function findAlertedSubscription(
  reads: Reads,
  { externalId, status }: Extract<Alerted, { readonly externalId: string }>,
): Promise<SubscriptionRow> {
  const wanted = SUBSCRIPTION_STATUSES.find((each) => each === (status ?? 'active'))
  const row = wanted && (await findSubscription(reads, externalId, [wanted]))
  if (!row) throw notFound('subscription')
  return row
}

async function walletOf(
  reads: Reads,
  { externalCustomerId, walletCode }: Extract<Alerted, { readonly walletCode: string }>,
): Promise<{ readonly customerId: string; readonly code: string }> {
  const customer = await findCustomer(reads, externalCustomerId)
  if (!customer) throw notFound('customer')
  return { customerId: customer.id, code: walletCode }
}
