import { Decimal } from '../amounts/decimal.ts'
import type { FieldCode } from '../codes.ts'
import { digitsOf } from '../input/fields.ts'
import { type FieldErrors, type Outcome, outcome, Problems, refusedFields } from '../problems.ts'
import type { AlertDirection, AlertThreshold } from './crossing.ts'

/** What an alert is attached to. */
export type AlertFamily = 'subscription' | 'wallet'

type AlertKind = {
  readonly family: AlertFamily
  readonly direction: AlertDirection
  /** Whether the alert watches one metric. */
  readonly needsMetric: boolean
  /** Whether it requires the lifetime usage feature. */
  readonly lifetime: boolean
}

const kind = (family: AlertFamily, needsMetric = false, lifetime = false): AlertKind => ({
  family,
  direction: family === 'wallet' ? 'decreasing' : 'increasing',
  needsMetric,
  lifetime,
})

/** Every type of alert (docs/rules/alerts.md#what-is-watched). */
export const ALERT_KINDS = {
  current_usage_amount: kind('subscription'),
  billable_metric_current_usage_amount: kind('subscription', true),
  billable_metric_current_usage_units: kind('subscription', true),
  lifetime_usage_amount: kind('subscription', false, true),
  billable_metric_lifetime_usage_units: kind('subscription', true, true),
  wallet_balance_amount: kind('wallet'),
  wallet_credits_balance: kind('wallet'),
  wallet_ongoing_balance_amount: kind('wallet'),
  wallet_credits_ongoing_balance: kind('wallet'),
} as const satisfies Readonly<Record<string, AlertKind>>

export type AlertType = keyof typeof ALERT_KINDS

const THRESHOLDS_MAX = 20
const VALUE_MAX = Decimal.of('1e30')

export function isAlertType(value: unknown): value is AlertType {
  return typeof value === 'string' && Object.hasOwn(ALERT_KINDS, value)
}

/**
 * The error in the type of an alert, or undefined. This check comes first (docs/rules/alerts.md#what-is-watched).
 *
 * @param hasLifetimeUsage whether the organization has the feature that lifetime types require
 */
export function checkAlertType(
  type: unknown,
  family: AlertFamily,
  hasLifetimeUsage: boolean,
): FieldErrors | undefined {
  if (isAlertType(type) && ALERT_KINDS[type].lifetime && !hasLifetimeUsage) {
    return { alert_type: ['feature_not_available'] }
  }
  if (isBlank(type)) return { alert_type: ['value_is_mandatory', 'value_is_invalid'] }
  if (!isAlertType(type) || ALERT_KINDS[type].family !== family) return { alert_type: ['invalid_type'] }
  return undefined
}

/** The thresholds of an alert as received. Only the first error is reported. */
export function checkAlertThresholds(raw: unknown): Outcome<readonly AlertThreshold[]> {
  const refused = (field: string, code: FieldCode) => refusedFields({ [field]: [code] })
  if (!Array.isArray(raw) || raw.length === 0) return refused('thresholds', 'value_is_mandatory')
  if (raw.length > THRESHOLDS_MAX) return refused('thresholds', 'too_many_thresholds')
  const sources = raw.map(readThreshold)
  const identities = sources.map(({ text, value, recurring }) => `${recurring}:${value ?? text}`)
  if (new Set(identities).size < identities.length) return refused('thresholds', 'duplicate_threshold_values')
  const thresholds: AlertThreshold[] = []
  for (const { code, text, value, recurring } of sources) {
    if (text === null) return refused('thresholds:value', 'value_is_mandatory')
    if (!value) return refused('thresholds:value', 'value_is_invalid')
    if (recurring && !value.isPositive()) return refused('thresholds:value', 'recurring_value_is_negative')
    thresholds.push({ code, value, recurring })
  }
  return outcome(thresholds)
}

/** The last checks, once the metric is known: the code, and whether the type requires a metric. */
export function checkAlertModel(code: unknown, type: AlertType, hasMetric: boolean): FieldErrors | undefined {
  const needsMetric: boolean = ALERT_KINDS[type].needsMetric
  const problems = new Problems()
  if (isBlank(code)) problems.add('code', 'value_is_mandatory')
  if (needsMetric && !hasMetric) problems.add('billable_metric', 'value_is_mandatory')
  if (!needsMetric && hasMetric) problems.add('billable_metric', 'value_must_be_blank')
  return problems.any ? problems.details() : undefined
}

type ThresholdSource = {
  readonly code: string | null
  readonly text: string | null
  readonly value: Decimal | undefined
  readonly recurring: boolean
}

function readThreshold(raw: unknown): ThresholdSource {
  const source = typeof raw === 'object' && raw !== null ? (raw as Readonly<Record<string, unknown>>) : {}
  const text = isBlank(source.value) ? null : textOf(source.value)
  return {
    code: typeof source.code === 'string' && source.code !== '' ? source.code : null,
    text,
    value: text === null ? undefined : storable(Decimal.parse(text)),
    recurring: source.recurring === true || source.recurring === 'true',
  }
}

/** The value, or undefined when it is too large to store (no usage could ever reach it). */
function storable(value: Decimal | undefined): Decimal | undefined {
  return value && value.abs().compare(VALUE_MAX) < 0 ? value : undefined
}

/** The digits of a number sent as a JSON number or as text; empty for anything else. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value.trim() : (digitsOf(value) ?? 'no number')
}

function isBlank(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '')
}
