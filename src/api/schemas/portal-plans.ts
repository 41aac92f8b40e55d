import { Type } from 'typebox'
import { dateTime, nullableText, uuid, words } from './common.ts'
import { byId, ofPlan, route, subscription } from './portal.ts'

const text = Type.String()
const cents = Type.Integer()
const day = Type.String({ format: 'date' })
const dayOrNull = Type.Union([day, Type.Null()])
const nullableTime = Type.Union([dateTime, Type.Null()])

const Choice = Type.Object({
  id: uuid,
  name: text,
  description: nullableText,
  interval: text,
  amount_cents: cents,
  currency: text,
  is_paid_in_advance: Type.Boolean(),
  ...ofPlan,
  kind: words('upgrade', 'downgrade'),
  takes_effect_on: Type.Union([day, Type.Null()], { description: 'Null for at once.' }),
})
const Waiting = Type.Object({ plan_name: text, takes_effect_on: dayOrNull, can_be_withdrawn: Type.Boolean() })
const Bill = Type.Object({
  issuing_date: dayOrNull,
  currency: text,
  fees: Type.Array(
    Type.Object({
      name: text,
      detail: nullableText,
      units: text,
      amount_cents: cents,
      from: nullableTime,
      to: nullableTime,
    }),
  ),
  taxes: Type.Array(Type.Object({ name: text, rate: text, amount_cents: cents })),
  progressive_billing_credit_amount_cents: cents,
  coupons_amount_cents: cents,
  credit_notes_amount_cents: cents,
  prepaid_credit_amount_cents: cents,
  total_amount_cents: cents,
})

export const portalPlanSchemas = {
  choices: route(
    'List the plans to which the customer may change a subscription',
    Type.Object({
      plan_choices: Type.Object({
        plans: Type.Array(Choice),
        waiting: Type.Union([Waiting, Type.Null()]),
      }),
    }),
    { params: byId },
  ),
  preview: route(
    'Show what a change of plan would do, and its bill',
    Type.Object({
      plan_change: Type.Object({
        plan: Choice,
        terms: Type.String({ description: 'What the customer agrees to; for the change.' }),
        invoice: Type.Union([Bill, Type.Null()]),
      }),
    }),
    { params: Type.Object({ id: text, plan_id: text }) },
  ),
  change: route(
    'Change the plan of a subscription of the customer',
    Type.Object({ subscription: Type.Object(subscription) }),
    {
      params: byId,
      body: Type.Object({ plan_change: Type.Object({ plan_id: text, terms: text }) }),
    },
  ),
  withdraw: route('Take back a change of plan that waits', Type.Object({}), { params: byId }),
}
