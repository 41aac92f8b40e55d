import { ALERT_KINDS } from '../../core/alerts/check-alert.ts'
import { Decimal } from '../../core/amounts/decimal.ts'
import type { Input } from '../../core/input/fields.ts'
import {
  hasOwnAlerts,
  OWN_ALERT_TYPES,
  OWN_ALERTS_MAX,
  type OwnAlert,
  ownTypeOf,
  readOwnAlertChange,
} from '../../core/portal/own-alert.ts'
import { accepted, forbidden, invalid, notFound } from '../../core/refusal.ts'
import {
  type AlertRow,
  deleteAlerts,
  insertAlert,
  storedThresholds,
  thresholdsIn,
  updateAlert,
} from '../../store/alerts.ts'
import type { CustomerRow } from '../../store/customers.ts'
import type { Tx } from '../../store/database.ts'
import { isId, newId } from '../../store/ids.ts'
import { lockLiveCustomer } from '../../store/portal.ts'
import { everyOwnAlert, findOwnAlert, listOwnAlerts, type OwnAlertView } from '../../store/portal-alerts.ts'
import { subscriptionsOf } from '../../store/subscriptions.ts'
import { inTransaction } from '../../store/transaction.ts'
import { ts } from '../../store/values.ts'
import { findWallet } from '../../store/wallets.ts'
import { toWireLoggedAlert } from '../../wire/portal/alerts.ts'
import { logActivity } from '../activity-logs/log-activity.ts'
import { type AlertSubject, lockAlerted, scheduleCheck } from '../alerts/find-alerted.ts'
import { walletValue } from '../alerts/wallet-value.ts'
import type { Caller, Context } from '../context.ts'

/**
 * Sets an alert of a customer on what it has, and schedules a look at the figure (docs/api/portal.md#alerts). 404 for
 * what is not the customer's, 403 `portal_part_off` where the portal does not show it; 422 for an amount that has an
 * alert already, and beyond twenty.
 */
export async function createOwnAlert(
  context: Context,
  caller: Caller,
  customer: CustomerRow,
  { type, subjectId, amountCents }: OwnAlert,
): Promise<OwnAlertView> {
  return inTransaction(context.database, caller, async (tx) => {
    await lockOwner(tx, customer)
    checkShown(caller, type)
    const subject = await lockOwnSubject(tx, customer, type, subjectId)
    const shown = await listOwnAlerts(tx, customer.id, OWN_ALERT_TYPES, { perPage: 1, offset: 0 })
    if (shown.total >= OWN_ALERTS_MAX) throw invalid({ base: ['too_many_alerts'] })
    refuseTwin(await everyOwnAlert(tx, customer.id), subject, amountCents)
    const id = newId()
    const begins =
      subject.family === 'wallet' ? { previousValue: walletValue(type, subject.wallet).toString() } : {}
    const row = await insertAlert(tx, {
      organizationId: caller.organizationId,
      id,
      customerId: customer.id,
      ...subject.owner,
      alertType: type,
      // Alerts of customers are not found by a code; it is told in webhooks.
      code: `portal-${id}`,
      ...begins,
      direction: ALERT_KINDS[type].direction,
      thresholds: [{ code: null, value: Decimal.of(amountCents), recurring: false }],
      createdAt: ts(caller.now),
      updatedAt: ts(caller.now),
    })
    await scheduleCheck(tx, caller, subject)
    return logged(tx, caller, customer, row, 'alert.created')
  })
}

/** Changes the amount of an alert. Errors as above; 404 `alert_not_found` for one that is not the customer's. */
export async function changeOwnAlert(
  context: Context,
  caller: Caller,
  customer: CustomerRow,
  { id, input }: { readonly id: string; readonly input: Input },
): Promise<OwnAlertView> {
  return inTransaction(context.database, caller, async (tx) => {
    await lockOwner(tx, customer)
    const view = await readShown(tx, caller, customer, id)
    const type = ownTypeOf(view.alertType)
    const amountCents = accepted(readOwnAlertChange(input, type))
    const subject = await lockOwnSubject(tx, customer, type, view.subscriptionId ?? view.walletId ?? '')
    const others = (await everyOwnAlert(tx, customer.id)).filter((each) => each.id !== id)
    refuseTwin(others, subject, amountCents)
    const thresholds = storedThresholds([{ code: null, value: Decimal.of(amountCents), recurring: false }])
    const row = await updateAlert(tx, id, { thresholds, updatedAt: ts(caller.now) })
    await scheduleCheck(tx, caller, subject)
    return logged(tx, caller, customer, row, 'alert.updated')
  })
}

/** Deletes an alert. 404 `alert_not_found` for one that is not the customer's. */
export async function deleteOwnAlert(
  context: Context,
  caller: Caller,
  customer: CustomerRow,
  id: string,
): Promise<OwnAlertView> {
  return inTransaction(context.database, caller, async (tx) => {
    await lockOwner(tx, customer)
    const view = await readShown(tx, caller, customer, id)
    await logActivity(tx, caller, 'alert.deleted', id, toWireLoggedAlert(view, customer.externalId))
    await deleteAlerts(tx, [id], caller.now)
    return view
  })
}

/** Changes of one customer's alerts wait for each other. */
async function lockOwner(tx: Tx, { id }: CustomerRow): Promise<void> {
  if (!(await lockLiveCustomer(tx, id))) throw notFound('customer')
}

function checkShown({ organization }: Caller, type: OwnAlert['type']): void {
  if (!hasOwnAlerts(organization.portalParts, type)) throw forbidden('portal_part_off')
}

async function readShown(tx: Tx, caller: Caller, customer: CustomerRow, id: string): Promise<OwnAlertView> {
  const view = isId(id) ? await findOwnAlert(tx, customer.id, id) : undefined
  if (!view) throw notFound('alert')
  checkShown(caller, ownTypeOf(view.alertType))
  return view
}

/** A subscription or a wallet of the customer that goes on, locked; 404 for everything else. */
async function lockOwnSubject(
  tx: Tx,
  customer: CustomerRow,
  type: OwnAlert['type'],
  id: string,
): Promise<AlertSubject> {
  if (type === 'wallet_balance_amount') {
    const wallet = isId(id) ? await findWallet(tx, { id }) : undefined
    if (wallet?.customerId !== customer.id || wallet.status !== 'active') throw notFound('wallet')
    return lockAlerted(tx, { externalCustomerId: customer.externalId, walletCode: wallet.code })
  }
  const own = await subscriptionsOf(tx, { customerId: customer.id }, ['active', 'pending'])
  const row = own.find((each) => each.id === id)
  if (!row) throw notFound('subscription')
  return lockAlerted(tx, { externalId: row.externalId, status: row.status })
}

function refuseTwin(others: readonly AlertRow[], { owner }: AlertSubject, amountCents: bigint): void {
  const amount = Decimal.of(amountCents)
  const isTwin = (row: AlertRow) =>
    ('walletId' in owner
      ? row.walletId === owner.walletId
      : row.externalSubscriptionId === owner.externalSubscriptionId) &&
    thresholdsIn(row.thresholds).some(({ value }) => value.equals(amount))
  if (others.some(isTwin)) throw invalid({ amount_cents: ['value_already_exist'] })
}

async function logged(
  tx: Tx,
  caller: Caller,
  customer: CustomerRow,
  { id }: AlertRow,
  type: 'alert.created' | 'alert.updated',
): Promise<OwnAlertView> {
  const view = await findOwnAlert(tx, customer.id, id)
  if (!view) throw new Error(`alert ${id} is gone`)
  await logActivity(tx, caller, type, id, toWireLoggedAlert(view, customer.externalId))
  return view
}
