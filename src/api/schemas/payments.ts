import { Type } from 'typebox'
import { PAYMENT_STATUSES } from '../../store/payments.ts'
import { dateTime, nullableText, uuid, words } from './common.ts'
import { PageQuery, PaginationMeta } from './pagination.ts'

const paymentStatus = words(...PAYMENT_STATUSES)

export const PaymentObject = Type.Object({
  lago_id: uuid,
  lago_customer_id: uuid,
  external_customer_id: Type.String(),
  invoice_ids: Type.Array(uuid),
  invoice_numbers: Type.Array(Type.String()),
  lago_payable_id: uuid,
  payable_type: words('Invoice', 'PaymentRequest'),
  amount_cents: Type.Integer(),
  amount_currency: Type.String(),
  status: Type.String({ description: "The provider's word; `succeeded` for a manual payment." }),
  payment_status: paymentStatus,
  type: words('manual', 'provider'),
  reference: nullableText,
  payment_provider_code: nullableText,
  payment_provider_type: nullableText,
  external_payment_id: nullableText,
  provider_payment_id: nullableText,
  provider_customer_id: nullableText,
  payment_method_id: Type.Union([uuid, Type.Null()]),
  next_action: Type.Record(Type.String(), Type.Unknown()),
  created_at: Type.String({ format: 'date-time', description: 'When the money was paid.' }),
})

const PaymentInput = Type.Object({
  payment: Type.Object({
    invoice_id: Type.String({ description: 'The lago_id of the invoice.' }),
    amount_cents: Type.Integer({ minimum: 1, description: 'At most what is due.' }),
    reference: Type.String({ maxLength: 40 }),
    paid_at: Type.Optional(dateTime),
  }),
})

const tags = ['payments']
const text = Type.Optional(Type.String())
const one = { 200: Type.Object({ payment: PaymentObject }) }
const many = { 200: Type.Object({ payments: Type.Array(PaymentObject), meta: PaginationMeta }) }
const query = {
  ...PageQuery.properties,
  invoice_id: Type.Optional(uuid),
  payment_status: Type.Optional(paymentStatus),
  'payment_statuses[]': Type.Optional(Type.Array(paymentStatus)),
}

/** Parameters, bodies and responses of the payment routes. */
export const paymentSchemas = {
  create: { tags, summary: 'Record a manual payment of an invoice', body: PaymentInput, response: one },
  list: {
    tags,
    summary: 'List payments',
    querystring: Type.Object({ ...query, external_customer_id: text }),
    response: many,
  },
  listOfCustomer: {
    tags,
    summary: 'List the payments of a customer',
    params: Type.Object({ external_id: Type.String() }),
    querystring: Type.Object(query),
    response: many,
  },
  show: {
    tags,
    summary: 'Retrieve a payment',
    params: Type.Object({ id: Type.String({ description: 'The lago_id of the payment.' }) }),
    response: one,
  },
}
