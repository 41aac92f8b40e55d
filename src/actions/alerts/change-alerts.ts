import type { Input } from '../../core/input/fields.ts'
import { type AlertView, alertsOf, alertViews, deleteAlerts } from '../../store/alerts.ts'
import type { Tx } from '../../store/database.ts'
import { inTransaction } from '../../store/transaction.ts'
import type { Caller, Context } from '../context.ts'
import { type Alerted, lockAlerted, readAlert, scheduleCheck } from './find-alerted.ts'
import { writeAlertChange } from './write-alert.ts'

/**
 * Updates an alert and schedules a check of the figure it watches (docs/rules/alerts.md). 404 for an unknown
 * subscription, wallet or code; other errors as in `writeAlertChange`.
 */
export async function updateAlert(
  context: Context,
  caller: Caller,
  alerted: Alerted,
  code: string,
  input: Input,
): Promise<AlertView> {
  return inTransaction(context.database, caller, async (tx) => {
    const subject = await lockAlerted(tx, alerted)
    const row = await writeAlertChange(tx, caller, subject, await readAlert(tx, alerted, code), input)
    await scheduleCheck(tx, caller, subject)
    return viewOf(tx, row)
  })
}

/** Deletes an alert and returns it; its code can be reused immediately. 404 as above. */
export async function deleteAlert(
  context: Context,
  caller: Caller,
  alerted: Alerted,
  code: string,
): Promise<AlertView> {
  return inTransaction(context.database, caller, async (tx) => {
    await lockAlerted(tx, alerted)
    const row = await readAlert(tx, alerted, code)
    const view = await viewOf(tx, row)
    await deleteAlerts(tx, [row.id], caller.now)
    return view
  })
}

/** Deletes all alerts of a subscription or a wallet. 404 when there is no such one. */
export async function deleteAllAlerts(context: Context, caller: Caller, alerted: Alerted): Promise<void> {
  await inTransaction(context.database, caller, async (tx) => {
    const { owner } = await lockAlerted(tx, alerted)
    const rows = await alertsOf(tx, owner)
    await deleteAlerts(
      tx,
      rows.map((row) => row.id),
      caller.now,
    )
  })
}

async function viewOf(tx: Tx, row: AlertView['row']): Promise<AlertView> {
  const [view] = await alertViews(tx, [row])
  if (!view) throw new Error(`alert ${row.id} has no view`)
  return view
}
