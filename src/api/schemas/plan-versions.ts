import { Type } from 'typebox'
import { ACTIVITY_SOURCES } from '../../core/activity-logs/activity.ts'
import { PLAN_PARTS } from '../../core/plans/plan-changes.ts'
import { dateTime, nullableText, uuid, words } from './common.ts'
import { PageQuery, PaginationMeta } from './pagination.ts'
import { Plan, PlanUpdateInput } from './plans.ts'

const filterValues = Type.Union([Type.Record(Type.String(), Type.Array(Type.String())), Type.Null()])
const price = Type.Object({
  charge_model: Type.String(),
  properties: Type.Record(Type.String(), Type.Unknown()),
})

const Change = Type.Object({
  part: words(...PLAN_PARTS),
  kind: words('added', 'removed', 'changed'),
  id: Type.Union([Type.String(), Type.Null()], { description: 'Of the charge or fixed charge.' }),
  code: nullableText,
  name: nullableText,
  filter_values: filterValues,
  tier: Type.Union([Type.Object({ from_value: Type.Unknown(), to_value: Type.Unknown() }), Type.Null()]),
  field: Type.Union([Type.String(), Type.Null()], {
    description: '`price` is a whole price with its model; null when the whole part was added or removed.',
  }),
  before: Type.Unknown(),
  after: Type.Unknown(),
})

const ListedVersion = {
  number: Type.Integer({ minimum: 1 }),
  created_at: dateTime,
  source: words(...ACTIVITY_SOURCES),
  user_email: nullableText,
  lago_api_key_id: Type.Union([uuid, Type.Null()]),
  api_key_name: nullableText,
  restored_from: Type.Union([Type.Integer(), Type.Null()]),
  cascade_updates: Type.Boolean(),
  changes: Type.Array(Change, { description: 'Since the version before; empty in the first one.' }),
}

const KeepingSubscription = Type.Object({
  external_id: Type.String(),
  name: nullableText,
  external_customer_id: Type.String(),
  kept_prices: Type.Array(
    Type.Object({
      part: words('plan', 'charge', 'fixed_charge'),
      code: nullableText,
      name: nullableText,
      filter_values: filterValues,
      amount_cents: Type.Union([Type.Integer(), Type.Null()]),
      price: Type.Union([price, Type.Null()]),
      units: nullableText,
    }),
  ),
})

const tags = ['plans']
const ofPlan = Type.Object({ code: Type.String() })
const ofVersion = Type.Object({ code: Type.String(), number: Type.String() })

/** Parameters, bodies and responses of the versions of plans, and of previews of changes. */
export const planVersionSchemas = {
  list: {
    tags,
    summary: 'List the versions of a plan',
    params: ofPlan,
    querystring: PageQuery,
    response: {
      200: Type.Object({ plan_versions: Type.Array(Type.Object(ListedVersion)), meta: PaginationMeta }),
    },
  },
  show: {
    tags,
    summary: 'Retrieve a version of a plan',
    params: ofVersion,
    response: {
      200: Type.Object({
        plan_version: Type.Object({
          ...ListedVersion,
          definition: Type.Record(Type.String(), Type.Unknown(), {
            description: 'The plan as an update takes it.',
          }),
        }),
      }),
    },
  },
  restore: {
    tags,
    summary: 'Restore a version of a plan',
    params: ofVersion,
    body: Type.Object({
      plan_version: Type.Optional(Type.Object({ cascade_updates: Type.Optional(Type.Boolean()) })),
    }),
    response: { 200: Plan },
  },
  preview: {
    tags,
    summary: 'Preview what an update of a plan changes, and for whom',
    params: ofPlan,
    body: PlanUpdateInput,
    response: {
      200: Type.Object({
        plan_change: Type.Object({
          changes: Type.Array(Change),
          subscriptions_on_plan_count: Type.Integer(),
          overridden_subscriptions_count: Type.Integer(),
          keeping_subscriptions_count: Type.Integer(),
          keeping_subscriptions: Type.Array(KeepingSubscription),
        }),
      }),
    },
  },
}
