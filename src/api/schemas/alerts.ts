import { Type } from 'typebox'
import { ALERT_KINDS, type AlertType } from '../../core/alerts/check-alert.ts'
import { SUBSCRIPTION_STATUSES } from '../../core/subscriptions/lifecycle.ts'
import { BillableMetricObject } from './billable-metrics.ts'
import { dateTime, nullableText, uuid, words } from './common.ts'
import { PageQuery, PaginationMeta } from './pagination.ts'

const types = (Object.keys(ALERT_KINDS) as AlertType[]).filter(
  (type) => ALERT_KINDS[type].family === 'subscription',
)
const alertType = words(...types)
const decimalText = Type.String({ description: 'A decimal number.' })

export const AlertObject = Type.Object({
  lago_id: uuid,
  lago_organization_id: uuid,
  subscription_external_id: Type.Union([Type.String(), Type.Null()], { deprecated: true }),
  external_subscription_id: nullableText,
  lago_wallet_id: nullableText,
  wallet_code: nullableText,
  alert_type: alertType,
  code: Type.String(),
  name: nullableText,
  direction: words('increasing', 'decreasing'),
  previous_value: decimalText,
  last_processed_at: Type.Union([dateTime, Type.Null()]),
  thresholds: Type.Array(Type.Object({ code: nullableText, value: decimalText, recurring: Type.Boolean() })),
  created_at: dateTime,
  billable_metric: Type.Union([BillableMetricObject, Type.Null()]),
})

const thresholds = Type.Array(
  Type.Object({
    code: Type.Optional(nullableText),
    value: Type.Union([Type.Number(), Type.String()]),
    recurring: Type.Optional(Type.Boolean({ default: false })),
  }),
  { minItems: 1, maxItems: 20 },
)
const metricCode = Type.Optional(nullableText)

const NewAlert = Type.Object({
  alert_type: alertType,
  code: Type.String(),
  name: Type.Optional(nullableText),
  billable_metric_code: metricCode,
  thresholds,
})

export const Alert = Type.Object({ alert: AlertObject })
export const Alerts = Type.Object({ alerts: Type.Array(AlertObject), meta: PaginationMeta })
export const AlertOrAlerts = Type.Union([
  Alert,
  Type.Object({ alerts: Type.Array(AlertObject), meta: Type.Optional(PaginationMeta) }),
])

/** One alert under `alert`, or several under `alerts`. */
export const AlertCreateInput = Type.Union([
  Type.Object({ alert: NewAlert }),
  Type.Object({ alerts: Type.Array(NewAlert) }),
])

export const AlertUpdateInput = Type.Object({
  alert: Type.Object({
    code: Type.Optional(Type.String()),
    name: Type.Optional(nullableText),
    billable_metric_code: metricCode,
    thresholds: Type.Optional(thresholds),
  }),
})

export const AlertedQuery = Type.Object({
  subscription_status: Type.Optional(words(...SUBSCRIPTION_STATUSES)),
})

export const AlertsQuery = Type.Object({ ...AlertedQuery.properties, ...PageQuery.properties })
