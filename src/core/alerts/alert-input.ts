import { Fields, type Input } from '../input/fields.ts'
import { type Outcome, outcome, Problems, refusedFields } from '../problems.ts'
import {
  type AlertFamily,
  type AlertType,
  checkAlertModel,
  checkAlertThresholds,
  checkAlertType,
} from './check-alert.ts'
import type { AlertThreshold } from './crossing.ts'

const CODE_LENGTH_MAX = 255

/** A new alert as sent, before its metric is looked up. */
export type AlertInput = {
  readonly type: AlertType
  readonly thresholds: readonly AlertThreshold[]
  readonly metricCode: string | null
}

/** The fields of an alert update; absent keys are undefined. */
export type AlertChange = {
  readonly thresholds: readonly AlertThreshold[] | undefined
  /** Null removes the metric. */
  readonly metricCode: string | null | undefined
}

/** The name and code of an alert, read once its metric is known. */
export type AlertNames = { readonly code: string; readonly name: string | null }

/** The first checks of a new alert: type, then thresholds. Only the first error is reported. */
export function readAlertInput(input: Input, family: AlertFamily): Outcome<AlertInput> {
  const fault = checkAlertType(input.alert_type, family, true)
  if (fault) return refusedFields(fault)
  const thresholds = checkAlertThresholds(input.thresholds)
  if (!thresholds.ok) return thresholds
  const metricCode = readMetricCode(input)
  if (!metricCode.ok) return metricCode
  return outcome({
    type: input.alert_type as AlertType,
    thresholds: thresholds.value,
    metricCode: metricCode.value ?? null,
  })
}

/** The same for an update: the type cannot change, and thresholds, if sent, replace the whole list. */
export function readAlertChange(input: Input): Outcome<AlertChange> {
  const thresholds =
    input.thresholds === undefined ? outcome(undefined) : checkAlertThresholds(input.thresholds)
  if (!thresholds.ok) return thresholds
  const metricCode = readMetricCode(input)
  if (!metricCode.ok) return metricCode
  return outcome({ thresholds: thresholds.value, metricCode: metricCode.value })
}

/** The last checks: the code, and whether the type requires a metric. Absent keys keep the value in `stored`. */
export function readAlertNames(
  input: Input,
  type: AlertType,
  hasMetric: boolean,
  stored: AlertNames | null,
): Outcome<AlertNames> {
  const problems = new Problems()
  const fields = new Fields(input, problems)
  const code = fields.has('code') ? fields.id('code', CODE_LENGTH_MAX) : stored?.code
  const name = fields.has('name') ? fields.text('name', CODE_LENGTH_MAX) : stored?.name
  const fault = problems.any ? undefined : checkAlertModel(code, type, hasMetric)
  return fault ? refusedFields(fault) : problems.outcome({ code: code ?? '', name: name ?? null })
}

function readMetricCode(input: Input): Outcome<string | null | undefined> {
  const problems = new Problems()
  const code = new Fields(input, problems).id('billable_metric_code')
  return problems.outcome(code === '' ? null : code)
}
