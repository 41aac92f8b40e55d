import { Type } from 'typebox'
import { dateTime, nullableUri, uuid } from './common.ts'
import { PageQuery, PaginationMeta } from './pagination.ts'
import { PaymentObject } from './payments.ts'

const PaymentReceiptObject = Type.Object({
  lago_id: uuid,
  number: Type.String(),
  file_url: nullableUri,
  xml_url: nullableUri,
  payment: PaymentObject,
  created_at: dateTime,
})

const tags = ['payment_receipts']

/** Parameters and responses of the receipt routes. */
export const paymentReceiptSchemas = {
  list: {
    tags,
    summary: 'List payment receipts',
    querystring: Type.Object({ ...PageQuery.properties, invoice_id: Type.Optional(uuid) }),
    response: {
      200: Type.Object({ payment_receipts: Type.Array(PaymentReceiptObject), meta: PaginationMeta }),
    },
  },
  show: {
    tags,
    summary: 'Retrieve a payment receipt',
    params: Type.Object({ id: Type.String({ description: 'The lago_id of the receipt.' }) }),
    response: { 200: Type.Object({ payment_receipt: PaymentReceiptObject }) },
  },
}
