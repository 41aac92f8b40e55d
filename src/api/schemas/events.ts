import { Type } from 'typebox'

const eventInput = Type.Object({
  transaction_id: Type.String({ description: 'Idempotency key within the subscription' }),
  code: Type.String({ description: 'Code of the billable metric' }),
  external_subscription_id: Type.Optional(Type.String()),
  external_customer_id: Type.Optional(
    Type.String({ description: "Instead of a subscription: the customer's one active subscription" }),
  ),
  timestamp: Type.Optional(
    Type.Union([Type.Number(), Type.String()], { description: 'Seconds since the epoch, decimals allowed' }),
  ),
  precise_total_amount_cents: Type.Optional(Type.Union([Type.String(), Type.Number()])),
  properties: Type.Optional(Type.Object({}, { additionalProperties: true })),
})

const properties = Type.Object(
  {
    operation_type: Type.Optional(
      Type.Enum(['add', 'remove'], { description: 'For a unique count: what the event does.' }),
    ),
  },
  { additionalProperties: true },
)

const event = Type.Object({
  lago_id: Type.Union([Type.String({ format: 'uuid' }), Type.Null()]),
  transaction_id: Type.String(),
  lago_customer_id: Type.Union([Type.String({ format: 'uuid' }), Type.Null()]),
  code: Type.String(),
  timestamp: Type.String({ format: 'date-time' }),
  precise_total_amount_cents: Type.Union([Type.String(), Type.Null()]),
  properties,
  lago_subscription_id: Type.Union([Type.String({ format: 'uuid' }), Type.Null()]),
  external_subscription_id: Type.Union([Type.String(), Type.Null()]),
  created_at: Type.Union([Type.String({ format: 'date-time' }), Type.Null()]),
})

const meta = Type.Object({
  current_page: Type.Integer(),
  next_page: Type.Union([Type.Integer(), Type.Null()]),
  prev_page: Type.Union([Type.Integer(), Type.Null()]),
  total_pages: Type.Integer(),
  total_count: Type.Integer(),
})

export const createEventSchema = {
  tags: ['events'],
  summary: 'Send a usage event',
  body: Type.Object({ event: eventInput }),
  response: { 200: Type.Object({ event }) },
}

export const createEventBatchSchema = {
  tags: ['events'],
  summary: 'Send up to 100 usage events, all or nothing',
  body: Type.Object({ events: Type.Array(eventInput) }),
  response: { 200: Type.Object({ events: Type.Array(event) }) },
}

export const findEventSchema = {
  tags: ['events'],
  summary: 'Find an event by its transaction id',
  params: Type.Object({ transaction_id: Type.String() }),
  response: { 200: Type.Object({ event }) },
}

export const enrichedEventsSchema = {
  tags: ['events'],
  summary: 'Enriched events (only with a ClickHouse store): always 403',
}

export const listEventsSchema = {
  tags: ['events'],
  summary: 'List events, newest first',
  querystring: Type.Object({
    page: Type.Optional(Type.Integer()),
    per_page: Type.Optional(Type.Integer()),
    code: Type.Optional(Type.String()),
    external_subscription_id: Type.Optional(Type.String()),
    timestamp_from: Type.Optional(Type.String({ format: 'date-time' })),
    timestamp_to: Type.Optional(Type.String({ format: 'date-time' })),
    timestamp_from_started_at: Type.Optional(Type.Boolean()),
    unmatched: Type.Optional(
      Type.Boolean({
        description:
          'Only events that count for no subscription: the code is unknown, or no subscription had started',
      }),
    ),
  }),
  response: { 200: Type.Object({ events: Type.Array(event), meta }) },
}
