import { Type } from 'typebox'
import { dateTime, uuid } from './common.ts'

const cents = Type.Integer({ minimum: 0 })

export const LifetimeUsage = Type.Object({
  lifetime_usage: Type.Object({
    lago_id: uuid,
    lago_subscription_id: uuid,
    external_subscription_id: Type.String(),
    external_historical_usage_amount_cents: cents,
    invoiced_usage_amount_cents: cents,
    current_usage_amount_cents: cents,
    from_datetime: dateTime,
    to_datetime: dateTime,
    usage_thresholds: Type.Optional(
      Type.Array(
        Type.Object({
          amount_cents: cents,
          completion_ratio: Type.Number({ minimum: 0, maximum: 1 }),
          reached_at: Type.Union([dateTime, Type.Null()]),
        }),
      ),
    ),
  }),
})

export const LifetimeUsageInput = Type.Object({
  lifetime_usage: Type.Object({ external_historical_usage_amount_cents: cents }),
})
