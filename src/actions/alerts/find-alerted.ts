import { notFound } from '../../core/refusal.ts'
import { SUBSCRIPTION_STATUSES } from '../../core/subscriptions/lifecycle.ts'
import { type AlertRow, findAlert } from '../../store/alerts.ts'
import type { Reads, Tx } from '../../store/database.ts'
import { findSubscription, lockChain, type SubscriptionRow } from '../../store/subscriptions.ts'
import { findLocked } from '../subscriptions/lock-subscription.ts'

/** Identifies a subscription: the active one with an external id, or the one with another status. */
export type Alerted = { readonly externalId: string; readonly status: string | undefined }

/** 404 `subscription_not_found`. */
export async function findAlerted(reads: Reads, { externalId, status }: Alerted): Promise<SubscriptionRow> {
  const wanted = SUBSCRIPTION_STATUSES.find((each) => each === (status ?? 'active'))
  const row = wanted && (await findSubscription(reads, externalId, [wanted]))
  if (!row) throw notFound('subscription')
  return row
}

/** The same, locked so that its alerts cannot change meanwhile. */
export async function lockAlerted(tx: Tx, alerted: Alerted): Promise<SubscriptionRow> {
  const row = await findLocked(tx, () => findAlerted(tx, alerted))
  if (!row) throw notFound('subscription')
  await lockChain(tx, row.externalId)
  return row
}

/** 404 `subscription_not_found`, then `alert_not_found`. */
export async function readAlert(reads: Reads, alerted: Alerted, code: string): Promise<AlertRow> {
  const { externalId } = await findAlerted(reads, alerted)
  const alert = await findAlert(reads, externalId, code)
  if (!alert) throw notFound('alert')
  return alert
}
