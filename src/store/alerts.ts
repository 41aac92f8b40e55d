import { type Insertable, type Selectable, sql, type Updateable } from 'kysely'
import type { AlertThreshold } from '../core/alerts/crossing.ts'
import { Decimal } from '../core/amounts/decimal.ts'
import type { Instant } from '../core/calendar/instant.ts'
import { type BillableMetricRow, billableMetricsByIds } from './billable-metrics.ts'
import type { Reads, Tx } from './database.ts'
import { type Listed, pageOf, type Slice } from './pages.ts'
import type { Alerts, TriggeredAlerts } from './rows.ts'
import { anyOf, json, ts } from './values.ts'

export type AlertRow = Selectable<Alerts>
export type TriggeredAlertRow = Selectable<TriggeredAlerts>

/** What an alert belongs to: an external subscription id, so that it survives upgrades, or a wallet. */
export type AlertOwner = { readonly externalSubscriptionId: string } | { readonly walletId: string }

/** An alert with the metric it watches and the code of the wallet it belongs to, if any. */
export type AlertView = {
  readonly row: AlertRow
  readonly metric: BillableMetricRow | null
  readonly walletCode: string | null
}

/** An alert's thresholds as stored: strings, so that no digit is lost. */
export function storedThresholds(thresholds: readonly AlertThreshold[]) {
  const entries = thresholds.map((each) => ({ ...each, value: each.value.toString() }))
  return json(entries)
}

/** The thresholds of a stored list. */
export function thresholdsIn(stored: unknown): readonly AlertThreshold[] {
  const entries = stored as readonly { code: string | null; value: string; recurring: boolean }[]
  return entries.map((each) => ({ ...each, value: Decimal.of(each.value) }))
}

export async function insertAlert(
  tx: Tx,
  row: Omit<Insertable<Alerts>, 'thresholds'> & { readonly thresholds: readonly AlertThreshold[] },
): Promise<AlertRow> {
  return tx
    .insertInto('alerts')
    .values({ ...row, thresholds: storedThresholds(row.thresholds) })
    .returningAll()
    .executeTakeFirstOrThrow()
}

export async function updateAlert(tx: Tx, id: string, set: Updateable<Alerts>): Promise<AlertRow> {
  return tx.updateTable('alerts').set(set).where('id', '=', id).returningAll().executeTakeFirstOrThrow()
}

/** The organization's own alerts of a subscription or a wallet; those that customers set are not among them. */
function alertsOfOwner(reads: Reads, owner: AlertOwner) {
  return everyAlertOf(reads, owner).where('customerId', 'is', null)
}

function everyAlertOf(reads: Reads, owner: AlertOwner) {
  const all = reads.selectFrom('alerts').selectAll().where('deletedAt', 'is', null)
  return 'walletId' in owner
    ? all.where('walletId', '=', owner.walletId)
    : all.where('externalSubscriptionId', '=', owner.externalSubscriptionId)
}

/** An alert by its code (docs/rules/alerts.md). */
export async function findAlert(
  reads: Reads,
  owner: AlertOwner,
  code: string,
): Promise<AlertRow | undefined> {
  return alertsOfOwner(reads, owner).where('code', '=', code).executeTakeFirst()
}

/** Alerts that conflict with a new one: the same code, or the same type and metric. */
export async function rivalsOf(
  reads: Reads,
  owner: AlertOwner,
  alert: Pick<AlertRow, 'code' | 'alertType' | 'billableMetricId'>,
  exceptId: string | null,
): Promise<{ readonly hasCode: boolean; readonly hasKind: boolean }> {
  const others = (await alertsOf(reads, owner)).filter((each) => each.id !== exceptId)
  return {
    hasCode: others.some((each) => each.code === alert.code),
    hasKind: others.some(
      (each) => each.alertType === alert.alertType && each.billableMetricId === alert.billableMetricId,
    ),
  }
}

/** The organization's alerts of a subscription or a wallet, oldest first. */
export async function alertsOf(reads: Reads, owner: AlertOwner): Promise<AlertRow[]> {
  return alertsOfOwner(reads, owner).orderBy('createdAt').orderBy('id').execute()
}

/**
 * All alerts of a subscription, also those that its customer set, locked until the transaction ends. Those of a
 * customer who had the external id before are not among them.
 */
export async function lockAlertsOf(
  tx: Tx,
  { externalId, customerId }: { readonly externalId: string; readonly customerId: string },
): Promise<AlertRow[]> {
  return everyAlertOf(tx, { externalSubscriptionId: externalId })
    .where((eb) => eb.or([eb('customerId', 'is', null), eb('customerId', '=', customerId)]))
    .orderBy('createdAt')
    .orderBy('id')
    .forUpdate()
    .execute()
}

/** The alerts of many wallets, locked; those of each are oldest first. */
export async function lockAlertsOfWallets(tx: Tx, walletIds: readonly string[]): Promise<AlertRow[]> {
  return tx
    .selectFrom('alerts')
    .selectAll()
    .where('walletId', '=', anyOf(walletIds))
    .where('deletedAt', 'is', null)
    .orderBy('walletId')
    .orderBy('createdAt')
    .orderBy('id')
    .forUpdate()
    .execute()
}

/** Remembers the values that alerts were last compared with, in one statement. */
export async function rememberValues(
  tx: Tx,
  values: readonly { readonly id: string; readonly value: Decimal }[],
  now: Instant,
): Promise<void> {
  if (values.length === 0) return
  await sql`
    update alerts a set previous_value = v.value, last_processed_at = ${ts(now)}
    from unnest(${values.map(({ id }) => id)}::uuid[], ${values.map(({ value }) => value.toString())}::numeric[])
      as v (id, value)
    where a.id = v.id`.execute(tx)
}

/** One page of the organization's alerts of a subscription or a wallet, newest first. */
export async function listAlerts(reads: Reads, owner: AlertOwner, slice: Slice): Promise<Listed<AlertRow>> {
  return pageOf(alertsOfOwner(reads, owner).orderBy('createdAt', 'desc').orderBy('id'), slice)
}

export async function deleteAlerts(tx: Tx, ids: readonly string[], now: Instant): Promise<void> {
  if (ids.length === 0) return
  const deleted = { deletedAt: ts(now), updatedAt: ts(now) }
  await tx
    .updateTable('alerts')
    .set(deleted)
    .where('id', 'in', [...ids])
    .execute()
}

export async function insertTriggeredAlert(
  tx: Tx,
  row: Omit<Insertable<TriggeredAlerts>, 'crossedThresholds'> & {
    readonly crossedThresholds: readonly AlertThreshold[]
  },
): Promise<TriggeredAlertRow> {
  return tx
    .insertInto('triggeredAlerts')
    .values({ ...row, crossedThresholds: storedThresholds(row.crossedThresholds) })
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** Alerts with their metrics and wallets, in the given order. */
export async function alertViews(reads: Reads, rows: readonly AlertRow[]): Promise<AlertView[]> {
  const [metrics, codes] = await Promise.all([
    billableMetricsByIds(
      reads,
      rows.flatMap((row) => row.billableMetricId ?? []),
    ),
    walletCodes(
      reads,
      rows.flatMap((row) => row.walletId ?? []),
    ),
  ])
  return rows.map((row) => ({
    row,
    metric: metrics.get(row.billableMetricId ?? '') ?? null,
    walletCode: codes.get(row.walletId ?? '') ?? null,
  }))
}

async function walletCodes(reads: Reads, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  if (ids.length === 0) return new Map()
  const rows = await reads.selectFrom('wallets').select(['id', 'code']).where('id', '=', anyOf(ids)).execute()
  return new Map(rows.map(({ id, code }) => [id, code]))
}
