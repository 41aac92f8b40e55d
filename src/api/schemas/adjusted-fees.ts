import { Type } from 'typebox'
import { dateTime, nullableText, uuid } from './common.ts'
import { PageQuery, PaginationMeta } from './pagination.ts'

const amount = Type.Union([Type.String(), Type.Number()])
const nullableAmount = Type.Union([Type.String(), Type.Null()])
const nullableId = Type.Union([uuid, Type.Null()])

const AdjustedFeeObject = Type.Object({
  lago_id: uuid,
  lago_invoice_id: uuid,
  lago_fee_id: nullableId,
  units: nullableAmount,
  unit_precise_amount: nullableAmount,
  invoice_display_name: nullableText,
  created_at: dateTime,
})

const AdjustedFeeInput = Type.Object({
  adjusted_fee: Type.Object({
    fee_id: Type.Optional(Type.String({ description: 'A fee of the draft.' })),
    subscription_id: Type.Optional(
      Type.String({ description: 'With charge_id or fixed_charge_id, for a fee that is not there.' }),
    ),
    charge_id: Type.Optional(Type.String()),
    charge_filter_id: Type.Optional(nullableText),
    fixed_charge_id: Type.Optional(Type.String()),
    units: Type.Optional(amount),
    unit_precise_amount: Type.Optional(amount),
    invoice_display_name: Type.Optional(nullableText),
  }),
})

const tags = ['invoices']
const ofInvoice = Type.Object({ id: Type.String({ description: 'The lago_id of the invoice.' }) })
const one = { tags, response: { 200: Type.Object({ adjusted_fee: AdjustedFeeObject }) } }

/** Parameters, bodies and responses of the routes of adjusted fees. */
export const adjustedFeeSchemas = {
  list: {
    tags,
    summary: 'List the adjusted fees of an invoice',
    params: ofInvoice,
    querystring: PageQuery,
    response: {
      200: Type.Object({ adjusted_fees: Type.Array(AdjustedFeeObject), meta: PaginationMeta }),
    },
  },
  create: { ...one, summary: 'Adjust a fee of a draft', params: ofInvoice, body: AdjustedFeeInput },
  remove: {
    ...one,
    summary: 'Take the adjustment of a fee back',
    params: Type.Object({ id: Type.String(), adjusted_fee_id: Type.String() }),
  },
}
