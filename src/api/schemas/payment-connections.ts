import { Type } from 'typebox'
import { CONNECTABLE_TYPES } from '../../core/payment-providers/provider-types.ts'
import { dateTime, nullableText, uuid, words } from './common.ts'
import { PageQuery, PaginationMeta } from './pagination.ts'

const PaymentConnectionObject = Type.Object({
  lago_id: uuid,
  code: Type.String(),
  is_default: Type.Boolean({ description: 'Automatic charges go to the default connection.' }),
  payment_provider: Type.String(),
  payment_provider_code: Type.String(),
  payment_provider_name: Type.String(),
  provider_customer_id: nullableText,
  sync_with_provider: Type.Boolean(),
  provider_payment_methods: Type.Array(Type.String()),
  created_at: dateTime,
  updated_at: dateTime,
})

const settings = {
  provider_customer_id: Type.Optional(
    Type.String({ description: 'Of a customer that is known at the provider.' }),
  ),
  sync_with_provider: Type.Optional(
    Type.Boolean({ description: 'Makes the customer at the provider, and tells it of changes.' }),
  ),
  sync: Type.Optional(Type.Boolean({ description: 'Asks the provider before the answer.' })),
  provider_payment_methods: Type.Optional(Type.Array(Type.String())),
}

const tags = ['payment_providers']
const ofCustomer = Type.Object({ external_id: Type.String() })
const params = Type.Object({ external_id: Type.String(), code: Type.String() })
const one = { 200: Type.Object({ payment_connection: PaymentConnectionObject }) }

/** Parameters, bodies and responses of the routes of the connections of customers. */
export const paymentConnectionSchemas = {
  list: {
    tags,
    summary: 'List the payment connections of a customer',
    params: ofCustomer,
    querystring: PageQuery,
    response: {
      200: Type.Object({ payment_connections: Type.Array(PaymentConnectionObject), meta: PaginationMeta }),
    },
  },
  create: {
    tags,
    summary: 'Give a customer one more payment connection',
    params: ofCustomer,
    body: Type.Object({
      payment_connection: Type.Object({
        code: Type.Optional(Type.String({ description: 'Without it that of the connection.' })),
        payment_provider: words(...CONNECTABLE_TYPES),
        payment_provider_code: Type.Optional(Type.String()),
        is_default: Type.Optional(
          Type.Boolean({ description: 'Without it only the first one of the customer.' }),
        ),
        ...settings,
      }),
    }),
    response: one,
  },
  update: {
    tags,
    summary: 'Change a payment connection of a customer',
    params,
    body: Type.Object({
      payment_connection: Type.Object({ code: Type.Optional(Type.String()), ...settings }),
    }),
    response: one,
  },
  remove: { tags, summary: 'End a payment connection of a customer', params, response: one },
  setAsDefault: {
    tags,
    summary: 'Make a payment connection the default of its customer',
    params,
    response: one,
  },
}
