import { Type } from 'typebox'
import { ALERT_KINDS, type AlertFamily, type AlertType } from '../../core/alerts/check-alert.ts'
import { SUBSCRIPTION_STATUSES } from '../../core/subscriptions/lifecycle.ts'
import { BillableMetricObject } from './billable-metrics.ts'
import { dateTime, nullableText, uuid, words } from './common.ts'
import { PageQuery, PaginationMeta } from './pagination.ts'

const ALL = Object.keys(ALERT_KINDS) as AlertType[]
const typesOf = (family: AlertFamily) => words(...ALL.filter((type) => ALERT_KINDS[type].family === family))
const decimalText = Type.String({ description: 'A decimal number.' })

export const AlertObject = Type.Object({
  lago_id: uuid,
  lago_organization_id: uuid,
  subscription_external_id: Type.Union([Type.String(), Type.Null()], { deprecated: true }),
  external_subscription_id: nullableText,
  lago_wallet_id: nullableText,
  wallet_code: nullableText,
  alert_type: words(...ALL),
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

export const Alert = Type.Object({ alert: AlertObject })
export const Alerts = Type.Object({ alerts: Type.Array(AlertObject), meta: PaginationMeta })
export const AlertOrAlerts = Type.Union([
  Alert,
  Type.Object({ alerts: Type.Array(AlertObject), meta: Type.Optional(PaginationMeta) }),
])

/** One new alert under `alert`, or several under `alerts`. */
function createInput(family: AlertFamily) {
  const newAlert = Type.Object({
    alert_type: typesOf(family),
    code: Type.String(),
    name: Type.Optional(nullableText),
    ...(family === 'subscription' ? { billable_metric_code: metricCode } : {}),
    thresholds,
  })
  return Type.Union([Type.Object({ alert: newAlert }), Type.Object({ alerts: Type.Array(newAlert) })])
}

export const AlertCreateInput = createInput('subscription')
export const WalletAlertCreateInput = createInput('wallet')

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

export const WalletAlertsQuery = Type.Object({ ...PageQuery.properties })
