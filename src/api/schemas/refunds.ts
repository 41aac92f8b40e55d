import { Type } from 'typebox'
import { dateTime, nullableText, uuid, words } from './common.ts'
import { PageQuery, PaginationMeta } from './pagination.ts'

const RefundObject = Type.Object({
  lago_id: uuid,
  lago_payment_id: uuid,
  lago_credit_note_id: Type.Union([uuid, Type.Null()]),
  reason: words('credit_note', 'duplicate', 'activation_expired', 'voided_invoice'),
  amount_cents: Type.Integer(),
  amount_currency: Type.String(),
  state: words('created', 'sending', 'unknown', 'pending', 'succeeded', 'failed'),
  provider_refund_id: nullableText,
  error: Type.Union([Type.Object({ code: Type.String(), message: Type.String() }), Type.Null()]),
  created_at: dateTime,
  updated_at: dateTime,
})

const tags = ['refunds']
const params = Type.Object({ id: Type.String() })
const one = { 200: Type.Object({ refund: RefundObject }) }

/** Parameters and responses of the routes of refunds. */
export const refundSchemas = {
  list: {
    tags,
    summary: 'List the refunds of payments by providers',
    querystring: PageQuery,
    response: { 200: Type.Object({ refunds: Type.Array(RefundObject), meta: PaginationMeta }) },
  },
  show: { tags, summary: 'Retrieve a refund', params, response: one },
  retry: { tags, summary: 'Send a refund again that failed', params, response: one },
}
