import { Type } from 'typebox'
import { dateTime, nullableText, uuid, words } from './common.ts'
import { CustomerInside } from './customers.ts'
import { InvoiceBase, PAYMENT_STATUSES } from './invoices.ts'
import { PageQuery, PaginationMeta } from './pagination.ts'
import { PaymentMethodReference } from './subscriptions.ts'

const PaymentRequestObject = Type.Object({
  lago_id: uuid,
  email: nullableText,
  amount_cents: Type.Integer({ description: 'What was due of the invoices when they were asked for.' }),
  amount_currency: Type.String(),
  payment_status: words(...PAYMENT_STATUSES),
  created_at: dateTime,
  customer: CustomerInside,
  invoices: Type.Array(InvoiceBase),
})

const PaymentRequestInput = Type.Object({
  payment_request: Type.Object({
    external_customer_id: Type.String(),
    email: Type.Optional(Type.String({ description: "The customer's by default." })),
    lago_invoice_ids: Type.Array(Type.String(), { description: 'Overdue invoices of the customer.' }),
    payment_method: Type.Optional(PaymentMethodReference),
  }),
})

const PaymentRequestEndInput = Type.Object({
  payment_request: Type.Object({
    payment_status: words('succeeded', 'failed'),
    reference: Type.Optional(
      Type.String({ maxLength: 40, description: 'Of the payment, when it succeeded.' }),
    ),
    paid_at: Type.Optional(dateTime),
  }),
})

const tags = ['payment_requests']
const text = Type.Optional(Type.String())
const params = Type.Object({ id: Type.String({ description: 'The lago_id of the payment request.' }) })
const one = { 200: Type.Object({ payment_request: PaymentRequestObject }) }
const many = {
  200: Type.Object({ payment_requests: Type.Array(PaymentRequestObject), meta: PaginationMeta }),
}
const query = {
  ...PageQuery.properties,
  payment_status: Type.Optional(words(...PAYMENT_STATUSES)),
  currency: text,
  'billing_entity_codes[]': Type.Optional(Type.Array(Type.String())),
}

/** Parameters, bodies and responses of the routes of payment requests. */
export const paymentRequestSchemas = {
  create: {
    tags,
    summary: 'Ask for the payment of overdue invoices',
    body: PaymentRequestInput,
    response: one,
  },
  list: {
    tags,
    summary: 'List payment requests',
    querystring: Type.Object({ ...query, external_customer_id: text }),
    response: many,
  },
  listOfCustomer: {
    tags,
    summary: 'List the payment requests of a customer',
    params: Type.Object({ external_id: Type.String() }),
    querystring: Type.Object(query),
    response: many,
  },
  show: { tags, summary: 'Retrieve a payment request', params, response: one },
  end: {
    tags,
    summary: 'Note that a payment request was paid by hand, or that its payment failed',
    params,
    body: PaymentRequestEndInput,
    response: one,
  },
}
