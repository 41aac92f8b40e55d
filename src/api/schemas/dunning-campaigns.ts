import { Type } from 'typebox'
import { dateTime, nullableText, uuid } from './common.ts'
import { PageQuery, PaginationMeta } from './pagination.ts'

const Threshold = Type.Object({ amount_cents: Type.Integer({ minimum: 0 }), currency: Type.String() })

const DunningCampaignObject = Type.Object({
  lago_id: uuid,
  code: Type.String(),
  name: Type.String(),
  description: nullableText,
  days_between_attempts: Type.Integer({ minimum: 1 }),
  max_attempts: Type.Integer({ minimum: 1 }),
  bcc_emails: Type.Array(Type.String()),
  thresholds: Type.Array(Threshold, { description: 'One for each currency that the campaign asks for.' }),
  created_at: dateTime,
  updated_at: dateTime,
})

const settings = {
  code: Type.String(),
  name: Type.String(),
  days_between_attempts: Type.Integer({ minimum: 1 }),
  max_attempts: Type.Integer({ minimum: 1 }),
  thresholds: Type.Array(Threshold),
}
const others = {
  description: Type.Optional(nullableText),
  bcc_emails: Type.Optional(Type.Array(Type.String())),
}

const Dunning = Type.Object({
  external_customer_id: Type.String(),
  exclude_from_dunning_campaign: Type.Boolean(),
  dunning_campaign_code: Type.Union([Type.String(), Type.Null()], {
    description: "The campaign that applies: the customer's own, or its billing entity's.",
  }),
  is_own_campaign: Type.Boolean(),
  last_attempt_at: Type.Union([dateTime, Type.Null()]),
  attempts: Type.Array(Type.Object({ currency: Type.String(), attempts: Type.Integer() })),
})

const count = (description: string) => Type.Integer({ description })
const Funnel = Type.Object({
  asked: count('Customers that the campaign asked so far.'),
  mailed: count('Of those, whom a mail could go to.'),
  paid: count('Everything that they were asked for is paid.'),
  exhausted: count('They had all their attempts in a currency, and have not paid.'),
  in_progress: count('All others that were asked.'),
})
const DunnedCustomer = Type.Object({
  external_id: Type.String(),
  name: nullableText,
  last_attempt_at: Type.Union([dateTime, Type.Null()]),
  next_attempt_at: Type.Union([dateTime, Type.Null()], {
    description: 'If enough is overdue by then; null when all attempts were made.',
  }),
  attempts: Type.Array(Type.Object({ currency: Type.String(), attempts: Type.Integer() })),
  overdue_balances: Type.Array(Type.Object({ currency: Type.String(), amount_cents: Type.Integer() })),
})

const tags = ['dunning_campaigns']
const params = Type.Object({ code: Type.String() })
const customerParams = Type.Object({ external_id: Type.String() })
const one = { 200: Type.Object({ dunning_campaign: DunningCampaignObject }) }
const dunning = { 200: Type.Object({ dunning: Dunning }) }
const dunningOfEntity = {
  200: Type.Object({
    dunning: Type.Object({ billing_entity_code: Type.String(), dunning_campaign_code: nullableText }),
  }),
}
const campaignCode = Type.Optional(nullableText)

/** Parameters, bodies and responses of the routes of dunning campaigns. */
export const dunningSchemas = {
  create: {
    tags,
    summary: 'Create a dunning campaign',
    body: Type.Object({ dunning_campaign: Type.Object({ ...settings, ...others }) }),
    response: one,
  },
  list: {
    tags,
    summary: 'List dunning campaigns',
    querystring: PageQuery,
    response: {
      200: Type.Object({ dunning_campaigns: Type.Array(DunningCampaignObject), meta: PaginationMeta }),
    },
  },
  show: { tags, summary: 'Retrieve a dunning campaign', params, response: one },
  update: {
    tags,
    summary: 'Change a dunning campaign',
    params,
    body: Type.Object({
      dunning_campaign: Type.Object({ ...Type.Partial(Type.Object(settings)).properties, ...others }),
    }),
    response: one,
  },
  remove: { tags, summary: 'Delete a dunning campaign', params, response: one },
  funnel: {
    tags,
    summary: 'How far the customers of a campaign have come',
    params,
    response: { 200: Type.Object({ funnel: Funnel }) },
  },
  customers: {
    tags,
    summary: 'List the customers whom a campaign is asking',
    params,
    querystring: PageQuery,
    response: { 200: Type.Object({ customers: Type.Array(DunnedCustomer), meta: PaginationMeta }) },
  },
  showCustomer: { tags, summary: 'How a customer is dunned', params: customerParams, response: dunning },
  updateCustomer: {
    tags,
    summary: 'Give a customer a campaign of its own, or leave it alone',
    params: customerParams,
    body: Type.Object({
      dunning: Type.Object({
        dunning_campaign_code: campaignCode,
        exclude_from_dunning_campaign: Type.Optional(Type.Boolean()),
      }),
    }),
    response: dunning,
  },
  showEntity: {
    tags,
    summary: 'Which campaign the customers of a billing entity have',
    params,
    response: dunningOfEntity,
  },
  updateEntity: {
    tags,
    summary: 'Give a billing entity the campaign of its customers',
    params,
    body: Type.Object({ dunning: Type.Object({ dunning_campaign_code: campaignCode }) }),
    response: dunningOfEntity,
  },
}
