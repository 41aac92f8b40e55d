import { Type } from 'typebox'
import { BILLING_TIMES } from '../../core/calendar/boundaries.ts'
import {
  TERMINATION_CREDIT_NOTES,
  TERMINATION_INVOICES,
} from '../../core/subscriptions/subscription-input.ts'
import { dateTime, nullableText, uuid, words } from './common.ts'
import { InvoiceObject } from './invoices.ts'

const date = Type.String({ format: 'date' })
const Dates = Type.Union([Type.Object({ from_date: date, to_date: date }), Type.Null()])
const nullableDateTime = Type.Union([dateTime, Type.Null()])

export const SubscriptionPreviewInput = Type.Object({
  subscription: Type.Object({
    external_customer_id: Type.String(),
    plan_code: Type.String(),
    billing_time: Type.Optional(words(...BILLING_TIMES)),
    subscription_at: Type.Optional(nullableDateTime),
    ending_at: Type.Optional(nullableDateTime),
  }),
})

export const SubscriptionPreview = Type.Object({
  subscription_preview: Type.Object({
    timezone: Type.String(),
    starts_at: dateTime,
    bills: Type.Array(Type.Object({ billing_at: dateTime, billing_date: date, price: Dates, usage: Dates }), {
      description: 'The first three, oldest first, with the days that each is for.',
    }),
    unbilled_periods: Type.Array(
      Type.Object({
        from_date: date,
        to_date: date,
        is_price_billed: Type.Boolean(),
        is_usage_billed: Type.Boolean(),
      }),
      {
        description: 'Periods of a start in the past that no bill has in full, newest first; the newest 36.',
      },
    ),
    unbilled_periods_count: Type.Integer(),
  }),
})

const cents = Type.Integer()

export const TerminationQuery = Type.Object({
  on_termination_credit_note: Type.Optional(words(...TERMINATION_CREDIT_NOTES)),
  on_termination_invoice: Type.Optional(words(...TERMINATION_INVOICES)),
})

export const TerminationPreview = Type.Object({
  termination_preview: Type.Object({
    invoice: Type.Union([InvoiceObject, Type.Null()], { description: 'Null when none is made.' }),
    credit_note: Type.Union(
      [
        Type.Object({
          lago_invoice_id: uuid,
          invoice_number: nullableText,
          currency: Type.String(),
          taxes_amount_cents: cents,
          total_amount_cents: cents,
          credit_amount_cents: cents,
          refund_amount_cents: cents,
          offset_amount_cents: cents,
        }),
        Type.Null(),
      ],
      { description: 'Null when nothing is given back.' },
    ),
  }),
})
