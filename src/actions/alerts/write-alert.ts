import {
  type AlertNames,
  readAlertChange,
  readAlertInput,
  readAlertNames,
} from '../../core/alerts/alert-input.ts'
import { ALERT_KINDS, type AlertType } from '../../core/alerts/check-alert.ts'
import type { Input } from '../../core/input/fields.ts'
import { accepted, invalid, notFound } from '../../core/refusal.ts'
import {
  type AlertOwner,
  type AlertRow,
  insertAlert,
  rivalsOf,
  storedThresholds,
  updateAlert,
} from '../../store/alerts.ts'
import { findBillableMetric } from '../../store/billable-metrics.ts'
import type { Tx } from '../../store/database.ts'
import { newId } from '../../store/ids.ts'
import { ts } from '../../store/values.ts'
import type { Caller } from '../context.ts'
import type { AlertSubject } from './find-alerted.ts'
import { walletValue } from './wallet-value.ts'

/**
 * Writes a new alert. Checked in this order: 422 with the first error in type or thresholds, 404
 * `billable_metric_not_found`, then 422 `code: value_already_exist` and `base: alert_already_exists`. One on a wallet
 * begins with the value of now, so that it waits for the next fall. The caller has locked the subject.
 */
export async function writeNewAlert(
  tx: Tx,
  caller: Caller,
  subject: AlertSubject,
  input: Input,
): Promise<AlertRow> {
  const { organizationId, now } = caller
  const { type, thresholds, metricCode } = accepted(readAlertInput(input, subject.family))
  const billableMetricId = await metricIdOf(tx, metricCode)
  const names = accepted(readAlertNames(input, type, billableMetricId !== null, null))
  const kind = { alertType: type, billableMetricId }
  await refuseRivals(tx, subject.owner, kind, names, null)
  const begins =
    subject.family === 'wallet' ? { previousValue: walletValue(type, subject.wallet).toString() } : {}
  return insertAlert(tx, {
    organizationId,
    id: newId(),
    ...subject.owner,
    ...kind,
    ...names,
    ...begins,
    direction: ALERT_KINDS[type].direction,
    thresholds,
    createdAt: ts(now),
    updatedAt: ts(now),
  })
}

/** Updates an alert; its type and the value it was last compared with stay. Errors as above. */
export async function writeAlertChange(
  tx: Tx,
  caller: Caller,
  { owner }: AlertSubject,
  alert: AlertRow,
  input: Input,
): Promise<AlertRow> {
  const { thresholds, metricCode } = accepted(readAlertChange(input))
  const billableMetricId =
    metricCode === undefined ? alert.billableMetricId : await metricIdOf(tx, metricCode)
  const names = accepted(
    readAlertNames(input, alert.alertType as AlertType, billableMetricId !== null, alert),
  )
  await refuseRivals(tx, owner, { ...alert, billableMetricId }, names, alert.id)
  return updateAlert(tx, alert.id, {
    ...names,
    billableMetricId,
    ...(thresholds === undefined ? {} : { thresholds: storedThresholds(thresholds) }),
    updatedAt: ts(caller.now),
  })
}

async function metricIdOf(tx: Tx, code: string | null): Promise<string | null> {
  if (code === null) return null
  const metric = await findBillableMetric(tx, code)
  if (!metric) throw notFound('billable_metric')
  return metric.id
}

async function refuseRivals(
  tx: Tx,
  owner: AlertOwner,
  kind: Pick<AlertRow, 'alertType' | 'billableMetricId'>,
  { code }: AlertNames,
  exceptId: string | null,
): Promise<void> {
  const { hasCode, hasKind } = await rivalsOf(tx, owner, { ...kind, code }, exceptId)
  if (hasCode) throw invalid({ code: ['value_already_exist'] })
  if (hasKind) throw invalid({ base: ['alert_already_exists'] })
}
