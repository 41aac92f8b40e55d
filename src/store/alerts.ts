import type { Insertable, Selectable, Updateable } from 'kysely'
import type { AlertThreshold } from '../core/alerts/crossing.ts'
import { Decimal } from '../core/amounts/decimal.ts'
import type { Instant } from '../core/calendar/instant.ts'
import { type BillableMetricRow, billableMetricsByIds } from './billable-metrics.ts'
import type { Reads, Tx } from './database.ts'
import { type Listed, pageOf, type Slice } from './pages.ts'
import type { Alerts, TriggeredAlerts } from './rows.ts'
import { json, ts } from './values.ts'

export type AlertRow = Selectable<Alerts>
export type TriggeredAlertRow = Selectable<TriggeredAlerts>

/** An alert with the metric it watches, if any. */
export type AlertView = { readonly row: AlertRow; readonly metric: BillableMetricRow | null }

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

/** An alert of a subscription by its code; alerts belong to the external id (docs/rules/alerts.md). */
export async function findAlert(
  reads: Reads,
  externalSubscriptionId: string,
  code: string,
): Promise<AlertRow | undefined> {
  return reads
    .selectFrom('alerts')
    .selectAll()
    .where('externalSubscriptionId', '=', externalSubscriptionId)
    .where('code', '=', code)
    .where('deletedAt', 'is', null)
    .executeTakeFirst()
}

/** Alerts that conflict with a new one: the same code, or the same type and metric. */
export async function rivalsOf(
  reads: Reads,
  alert: Pick<AlertRow, 'externalSubscriptionId' | 'code' | 'alertType' | 'billableMetricId'>,
  exceptId: string | null,
): Promise<{ readonly hasCode: boolean; readonly hasKind: boolean }> {
  const others = (await alertsOf(reads, alert.externalSubscriptionId ?? '')).filter(
    (each) => each.id !== exceptId,
  )
  return {
    hasCode: others.some((each) => each.code === alert.code),
    hasKind: others.some(
      (each) => each.alertType === alert.alertType && each.billableMetricId === alert.billableMetricId,
    ),
  }
}

/** All alerts of a subscription, oldest first. */
export async function alertsOf(reads: Reads, externalSubscriptionId: string): Promise<AlertRow[]> {
  return oldestFirst(reads, externalSubscriptionId).execute()
}

/** The same, locked until the transaction ends. */
export async function lockAlertsOf(tx: Tx, externalSubscriptionId: string): Promise<AlertRow[]> {
  return oldestFirst(tx, externalSubscriptionId).forUpdate().execute()
}

function oldestFirst(reads: Reads, externalSubscriptionId: string) {
  return reads
    .selectFrom('alerts')
    .selectAll()
    .where('externalSubscriptionId', '=', externalSubscriptionId)
    .where('deletedAt', 'is', null)
    .orderBy('createdAt')
    .orderBy('id')
}

/** One page of the alerts of a subscription, newest first. */
export async function listAlerts(
  reads: Reads,
  externalSubscriptionId: string,
  slice: Slice,
): Promise<Listed<AlertRow>> {
  const all = reads
    .selectFrom('alerts')
    .selectAll()
    .where('externalSubscriptionId', '=', externalSubscriptionId)
    .where('deletedAt', 'is', null)
  return pageOf(all.orderBy('createdAt', 'desc').orderBy('id'), slice)
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

/** Alerts with their metrics, in the given order. */
export async function alertViews(reads: Reads, rows: readonly AlertRow[]): Promise<AlertView[]> {
  const metrics = await billableMetricsByIds(
    reads,
    rows.flatMap((row) => row.billableMetricId ?? []),
  )
  return rows.map((row) => ({ row, metric: metrics.get(row.billableMetricId ?? '') ?? null }))
}
