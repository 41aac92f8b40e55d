import { Type } from 'typebox'
import { ERROR_CLASSES } from '../../core/payments/gateway.ts'
import { dateTime, nullableText, uuid, words } from './common.ts'
import { PaymentObject } from './payments.ts'

const Call = Type.Object({
  lago_id: uuid,
  call: Type.String(),
  idempotency_key: nullableText,
  outcome: Type.String(),
  http_status: Type.Union([Type.Integer(), Type.Null()]),
  request_id: nullableText,
  error: nullableText,
  started_at: dateTime,
  ended_at: dateTime,
})

const Transition = Type.Object({
  lago_id: uuid,
  from: Type.String(),
  to: Type.String(),
  cause: words('call', 'message', 'look', 'operator', 'clock'),
  note: nullableText,
  created_at: dateTime,
})

const Failure = Type.Union([
  Type.Object({
    reason: words(...ERROR_CLASSES),
    code: nullableText,
    decline_code: nullableText,
    message: Type.String({ description: 'In the words of the provider.' }),
  }),
  Type.Null(),
])

const tags = ['payments']
const params = Type.Object({ id: Type.String({ description: 'The lago_id of the payment.' }) })
const one = { 200: Type.Object({ payment: PaymentObject }) }

/** Parameters, bodies and responses of the routes about how a payment by a provider came about. */
export const paymentJournalSchemas = {
  calls: {
    tags,
    summary: 'List the requests to the provider about a payment',
    params,
    response: { 200: Type.Object({ calls: Type.Array(Call) }) },
  },
  transitions: {
    tags,
    summary: 'List the changes of a payment, and why it failed',
    params,
    response: { 200: Type.Object({ transitions: Type.Array(Transition), failure: Failure }) },
  },
  reconcile: { tags, summary: 'Ask the provider about a payment now', params, response: one },
  cancel: { tags, summary: 'End a payment before its money moves', params, response: one },
  resolve: {
    tags,
    summary: 'State what became of a payment whose outcome is unknown',
    params,
    body: Type.Object({
      resolution: Type.Object({
        outcome: words('succeeded', 'failed'),
        provider_payment_id: Type.Optional(Type.String({ description: 'Mandatory for a success.' })),
        note: Type.String(),
      }),
    }),
    response: one,
  },
}
