import { Type } from 'typebox'
import { dateTime, nullableText, uuid } from './common.ts'
import { PageQuery, PaginationMeta } from './pagination.ts'

const PaymentMethodObject = Type.Object({
  lago_id: uuid,
  is_default: Type.Boolean(),
  payment_provider_code: nullableText,
  payment_provider_name: nullableText,
  payment_provider_type: Type.String(),
  provider_method_id: Type.String(),
  created_at: dateTime,
})

const tags = ['payment_methods']
const params = Type.Object({ external_id: Type.String(), id: Type.String() })
const one = { 200: Type.Object({ payment_method: PaymentMethodObject }) }

/** Parameters and responses of the routes of payment methods. */
export const paymentMethodSchemas = {
  list: {
    tags,
    summary: 'List the payment methods of a customer',
    params: Type.Object({ external_id: Type.String() }),
    querystring: PageQuery,
    response: {
      200: Type.Object({ payment_methods: Type.Array(PaymentMethodObject), meta: PaginationMeta }),
    },
  },
  setAsDefault: { tags, summary: 'Make a payment method the default', params, response: one },
  remove: { tags, summary: 'Discard a payment method', params, response: one },
}
