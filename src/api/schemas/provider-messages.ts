import { Type } from 'typebox'
import { dateTime, nullableText, uuid, words } from './common.ts'
import { PageQuery, PaginationMeta } from './pagination.ts'

const ListedMessage = {
  lago_id: uuid,
  lago_payment_provider_id: uuid,
  message_id: Type.String(),
  type: Type.String(),
  source: words('push', 'sweep'),
  status: words('pending', 'succeeded', 'waiting', 'failed', 'dead'),
  result: nullableText,
  tries: Type.Integer(),
  occurred_at: dateTime,
  received_at: dateTime,
  handled_at: Type.Union([dateTime, Type.Null()]),
}

const tags = ['provider_messages']
const params = Type.Object({ id: Type.String() })
const one = {
  200: Type.Object({
    provider_message: Type.Object({ ...ListedMessage, body: Type.Record(Type.String(), Type.Unknown()) }),
  }),
}

/** Parameters and responses of the routes of the messages that payment providers send. */
export const providerMessageSchemas = {
  list: {
    tags,
    summary: 'List the messages of payment providers',
    querystring: Type.Object({
      ...PageQuery.properties,
      status: Type.Optional(words('pending', 'succeeded', 'waiting', 'failed', 'dead')),
      type: Type.Optional(Type.String()),
      payment_provider_id: Type.Optional(uuid),
    }),
    response: {
      200: Type.Object({ provider_messages: Type.Array(Type.Object(ListedMessage)), meta: PaginationMeta }),
    },
  },
  show: { tags, summary: 'Retrieve a message of a payment provider', params, response: one },
  replay: { tags, summary: 'Apply a message again', params, response: one },
}
