import { digitsOf, type Input } from '../../core/input/fields.ts'
import type { EntryErrors, Problem } from '../../core/problems.ts'
import { invalid, Refusal } from '../../core/refusal.ts'
import { type AlertView, alertViews } from '../../store/alerts.ts'
import type { Tx } from '../../store/database.ts'
import { inTransaction } from '../../store/transaction.ts'
import type { Caller, Context } from '../context.ts'
import { type Alerted, type AlertSubject, lockAlerted, scheduleCheck } from './find-alerted.ts'
import { writeNewAlert } from './write-alert.ts'

/**
 * Creates an alert on a subscription or a wallet and schedules a check of the figure it watches (docs/rules/alerts.md).
 * 404 when there is no such subscription or wallet; other errors as in `writeNewAlert`.
 */
export async function createAlert(
  context: Context,
  caller: Caller,
  alerted: Alerted,
  input: Input,
): Promise<AlertView> {
  const [view] = await writeAll(context, caller, alerted, (tx, subject) =>
    writeNewAlert(tx, caller, subject, input).then((row) => [row]),
  )
  if (!view) throw new Error('the new alert was not returned')
  return view
}

/**
 * Creates several alerts, all or none: 422 with the parameters and message of each rejected one, by its position in
 * the list.
 */
export async function createAlerts(
  context: Context,
  caller: Caller,
  alerted: Alerted,
  inputs: readonly Input[],
): Promise<AlertView[]> {
  return writeAll(context, caller, alerted, async (tx, subject) => {
    const refused: Record<string, EntryErrors> = {}
    const rows = []
    for (const [index, input] of inputs.entries()) {
      try {
        rows.push(await writeNewAlert(tx, caller, subject, input))
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        refused[String(index)] = { params: shown(input), errors: messageOf(error.problem) }
      }
    }
    if (Object.keys(refused).length > 0) throw invalid(refused)
    return rows
  })
}

async function writeAll(
  context: Context,
  caller: Caller,
  alerted: Alerted,
  write: (tx: Tx, subject: AlertSubject) => Promise<AlertView['row'][]>,
): Promise<AlertView[]> {
  return inTransaction(context.database, caller, async (tx) => {
    const subject = await lockAlerted(tx, alerted)
    const rows = await write(tx, subject)
    await scheduleCheck(tx, caller, subject)
    return alertViews(tx, rows)
  })
}

/** A problem as text: its code, or the fields with their codes. */
function messageOf(problem: Problem): string {
  if ('code' in problem) return problem.code
  if (problem.kind !== 'invalid') return problem.kind
  return `Validation errors: ${JSON.stringify(problem.details)}`
}

/** Parameters as echoed in the error: a number that a double cannot hold becomes its digits. */
function shown(input: Input): unknown {
  const text = JSON.stringify(input, (_key, value: unknown) =>
    typeof value === 'object' ? (digitsOf(value) ?? value) : value,
  )
  return JSON.parse(text)
}
