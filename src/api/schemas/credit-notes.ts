import { type TSchema, Type } from 'typebox'
import {
  CREDIT_NOTE_REASONS,
  CREDIT_NOTE_TYPES,
  CREDIT_STATUSES,
  REFUND_STATUSES,
} from '../../core/credit-notes/credit-note.ts'
import { dateTime, ErrorDetail, nullableText, nullableUri, uuid, words, wordsOrNull } from './common.ts'
import { CustomerInside, IntegrationCustomer } from './customers.ts'
import { AppliedTax, FeeObject } from './fees.ts'
import { PageQuery, PaginationMeta } from './pagination.ts'
import { MetadataAnswer, MetadataInput } from './plans.ts'

const date = Type.String({ format: 'date' })
const decimalText = Type.String({ description: 'A decimal number.' })
const nullableUuid = Type.Union([uuid, Type.Null()])
const metadata = Type.Union([Type.Record(Type.String(), nullableText), Type.Null()])

const AppliedNoteTax = Type.Object({
  ...AppliedTax.properties,
  lago_credit_note_id: nullableUuid,
  base_amount_cents: Type.Integer(),
})

export const CreditNoteObject = Type.Object({
  lago_id: uuid,
  billing_entity_code: Type.String(),
  sequential_id: Type.Integer({ description: 'Among the credit notes of the invoice.' }),
  number: Type.String(),
  lago_invoice_id: uuid,
  invoice_number: Type.String(),
  purchase_order_number: nullableText,
  issuing_date: date,
  credit_status: words(...CREDIT_STATUSES),
  refund_status: wordsOrNull(...REFUND_STATUSES),
  reason: words(...CREDIT_NOTE_REASONS),
  description: nullableText,
  currency: Type.String(),
  total_amount_cents: Type.Integer(),
  precise_total_amount_cents: decimalText,
  taxes_amount_cents: Type.Integer(),
  precise_taxes_amount_cents: decimalText,
  sub_total_excluding_taxes_amount_cents: Type.Integer(),
  balance_amount_cents: Type.Integer({ description: 'What is left of the credit for later invoices.' }),
  credit_amount_cents: Type.Integer(),
  refund_amount_cents: Type.Integer(),
  offset_amount_cents: Type.Integer(),
  coupons_adjustment_amount_cents: Type.Integer(),
  taxes_rate: Type.Number({ description: 'Percent.' }),
  created_at: dateTime,
  updated_at: dateTime,
  file_url: nullableUri,
  xml_url: nullableUri,
  self_billed: Type.Boolean(),
  customer: Type.Object({
    ...CustomerInside.properties,
    integration_customers: Type.Array(IntegrationCustomer),
  }),
  items: Type.Array(
    Type.Object({
      lago_id: uuid,
      amount_cents: Type.Integer(),
      precise_amount_cents: decimalText,
      amount_currency: Type.String(),
      fee: FeeObject,
    }),
  ),
  applied_taxes: Type.Array(AppliedNoteTax),
  error_details: Type.Array(ErrorDetail),
  metadata: Type.Optional(metadata),
})

const itemInputs = Type.Array(
  Type.Object({
    fee_id: uuid,
    amount_cents: Type.Number({
      description: 'Before taxes and coupons; fractions have 5 decimals at most.',
    }),
  }),
)

const CreateInput = Type.Object({
  credit_note: Type.Object({
    invoice_id: uuid,
    reason: Type.Optional(words(...CREDIT_NOTE_REASONS)),
    description: Type.Optional(nullableText),
    credit_amount_cents: Type.Optional(Type.Integer({ minimum: 0 })),
    refund_amount_cents: Type.Optional(Type.Integer({ minimum: 0 })),
    offset_amount_cents: Type.Optional(Type.Integer({ minimum: 0 })),
    items: itemInputs,
    metadata: Type.Optional(metadata),
  }),
})

const UpdateInput = Type.Object({
  credit_note: Type.Object({
    refund_status: Type.Optional(words(...REFUND_STATUSES)),
    metadata: Type.Optional(metadata),
  }),
})

const EstimateInput = Type.Object({ credit_note: Type.Object({ invoice_id: uuid, items: itemInputs }) })

const Estimate = Type.Object({
  estimated_credit_note: Type.Object({
    lago_invoice_id: uuid,
    invoice_number: Type.String(),
    currency: Type.String(),
    taxes_amount_cents: Type.Integer(),
    precise_taxes_amount_cents: decimalText,
    sub_total_excluding_taxes_amount_cents: Type.Integer(),
    max_creditable_amount_cents: Type.Integer(),
    max_refundable_amount_cents: Type.Integer(),
    max_offsettable_amount_cents: Type.Integer(),
    coupons_adjustment_amount_cents: Type.Integer(),
    precise_coupons_adjustment_amount_cents: decimalText,
    taxes_rate: Type.Number(),
    items: Type.Array(Type.Object({ lago_fee_id: uuid, amount_cents: Type.Integer() })),
    applied_taxes: Type.Array(AppliedNoteTax),
  }),
})

const text = Type.Optional(Type.String())
const query: Readonly<Record<string, TSchema>> = {
  ...PageQuery.properties,
  amount_from: Type.Optional(Type.Integer({ description: 'Cents of the total.' })),
  amount_to: Type.Optional(Type.Integer({ description: 'Cents of the total.' })),
  'billing_entity_codes[]': Type.Optional(Type.Array(Type.String())),
  credit_status: Type.Optional(words(...CREDIT_STATUSES)),
  currency: text,
  invoice_number: text,
  issuing_date_from: Type.Optional(date),
  issuing_date_to: Type.Optional(date),
  purchase_order_number: text,
  reason: Type.Optional(words(...CREDIT_NOTE_REASONS)),
  refund_status: Type.Optional(words(...REFUND_STATUSES)),
  search_term: text,
  self_billed: Type.Optional(Type.Boolean()),
  'types[]': Type.Optional(Type.Array(words(...CREDIT_NOTE_TYPES))),
}

const tags = ['credit_notes']
const params = Type.Object({ id: Type.String({ description: 'The lago_id of the credit note.' }) })
const one = { 200: Type.Object({ credit_note: CreditNoteObject }) }
const many = { 200: Type.Object({ credit_notes: Type.Array(CreditNoteObject), meta: PaginationMeta }) }
const metadataAnswer = { tags, params, response: { 200: MetadataAnswer } }

/** Parameters, bodies and responses of the credit note routes. */
export const creditNoteSchemas = {
  create: { tags, summary: 'Create a credit note', body: CreateInput, response: one },
  estimate: {
    tags,
    summary: 'Estimate a credit note without making it',
    body: EstimateInput,
    response: { 200: Estimate },
  },
  list: {
    tags,
    summary: 'List credit notes',
    querystring: Type.Object({ external_customer_id: text, ...query }),
    response: many,
  },
  listOfCustomer: {
    tags,
    summary: 'List the credit notes of a customer',
    params: Type.Object({ external_id: Type.String() }),
    querystring: Type.Object(query),
    response: many,
  },
  show: { tags, summary: 'Retrieve a credit note', params, response: one },
  update: {
    tags,
    summary: 'Update refund status and metadata',
    params,
    body: UpdateInput,
    response: one,
  },
  void: { tags, summary: 'Give up what is left of a credit note', params, response: one },
  download: {
    tags,
    params,
    summary: 'Download the PDF of a credit note: its file_url, or an empty answer while it is being made',
    response: { 200: Type.Union([Type.Object({ credit_note: CreditNoteObject }), Type.Null()]) },
  },
  downloadXml: {
    tags,
    params,
    summary:
      'Download the e-invoice of a credit note: its xml_url, null where the billing entity has no e-invoicing, or an ' +
      'empty answer while it is being made; 422 with what is missing when it was refused',
    response: { 200: Type.Union([Type.Object({ credit_note: CreditNoteObject }), Type.Null()]) },
  },
  replaceMetadata: { ...metadataAnswer, summary: 'Replace the metadata', body: MetadataInput },
  mergeMetadata: { ...metadataAnswer, summary: 'Merge into the metadata', body: MetadataInput },
  removeMetadata: { ...metadataAnswer, summary: 'Remove the metadata' },
  removeMetadataKey: {
    tags,
    summary: 'Remove one key of the metadata',
    response: { 200: MetadataAnswer },
  },
}
