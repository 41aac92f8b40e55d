import { type TSchema, Type } from 'typebox'
import { dateTime, ErrorDetail, nullableText, nullableUri, uuid, words } from './common.ts'
import { CustomerInside, IntegrationCustomer } from './customers.ts'
import { AppliedTax, FeeObject } from './fees.ts'
import { CustomSectionSelection, InvoicedCustomSection } from './invoice-custom-sections.ts'
import { PageQuery, PaginationMeta } from './pagination.ts'
import { UsageThresholdObject } from './plans.ts'
import { PaymentMethodReference, SubscriptionObject } from './subscriptions.ts'

const date = Type.String({ format: 'date' })
const nullableDateTime = Type.Union([dateTime, Type.Null()])
const nullableCents = Type.Union([Type.Integer(), Type.Null()])
export const PAYMENT_STATUSES = ['pending', 'succeeded', 'failed'] as const
export const INVOICE_TYPES = [
  'subscription',
  'add_on',
  'credit',
  'one_off',
  'advance_charges',
  'progressive_billing',
] as const
const paymentStatus = words(...PAYMENT_STATUSES)
const invoiceType = words(...INVOICE_TYPES)

const AppliedUsageThreshold = Type.Object({
  lifetime_usage_amount_cents: Type.Integer(),
  created_at: dateTime,
  usage_threshold: UsageThresholdObject,
})

const amounts = {
  currency: Type.String(),
  fees_amount_cents: Type.Integer(),
  progressive_billing_credit_amount_cents: Type.Integer(),
  coupons_amount_cents: Type.Integer(),
  sub_total_excluding_taxes_amount_cents: Type.Integer(),
  taxes_amount_cents: Type.Integer(),
  sub_total_including_taxes_amount_cents: Type.Integer(),
  credit_notes_amount_cents: Type.Integer(),
  prepaid_credit_amount_cents: Type.Integer(),
  prepaid_granted_credit_amount_cents: nullableCents,
  prepaid_purchased_credit_amount_cents: nullableCents,
  total_amount_cents: Type.Integer(),
  total_due_amount_cents: Type.Integer({ description: 'The amount still to pay; zero once voided.' }),
  total_paid_amount_cents: Type.Integer(),
  total_offsetted_credit_note_amount_cents: Type.Integer(),
}

const base = {
  lago_id: uuid,
  billing_entity_code: Type.String(),
  sequential_id: Type.Optional(Type.Integer({ description: 'Assigned when the invoice is finalized.' })),
  number: Type.String(),
  purchase_order_number: nullableText,
  issuing_date: date,
  payment_due_date: Type.Optional(date),
  net_payment_term: Type.Integer({ description: 'Days.' }),
  invoice_type: invoiceType,
  status: words('draft', 'finalized', 'voided', 'failed', 'pending', 'deleted'),
  payment_status: paymentStatus,
  payment_dispute_lost_at: Type.Optional(dateTime),
  payment_overdue: Type.Boolean(),
  ...amounts,
  file_url: Type.Optional(Type.String({ format: 'uri' })),
  xml_url: nullableUri,
  web_url: Type.String({ format: 'uri', description: 'The invoice in the dashboard.' }),
  version_number: Type.Integer(),
  self_billed: Type.Boolean(),
  created_at: dateTime,
  updated_at: dateTime,
  voided_at: nullableDateTime,
}

/** What stands in the head of an invoice, and its amounts. */
export const InvoiceBase = Type.Object(base)

const listed = {
  ...base,
  customer: Type.Object({
    ...CustomerInside.properties,
    integration_customers: Type.Array(IntegrationCustomer),
  }),
  metadata: Type.Array(
    Type.Object({ lago_id: uuid, key: Type.String(), value: Type.String(), created_at: dateTime }),
  ),
  applied_taxes: Type.Array(
    Type.Object({ ...AppliedTax.properties, lago_invoice_id: uuid, fees_amount_cents: Type.Integer() }),
  ),
  applied_usage_thresholds: Type.Optional(
    Type.Array(AppliedUsageThreshold, { description: 'On invoices of type progressive_billing.' }),
  ),
}

const BillingPeriod = Type.Object({
  lago_subscription_id: uuid,
  external_subscription_id: Type.String(),
  lago_plan_id: uuid,
  subscription_from_datetime: nullableDateTime,
  subscription_to_datetime: nullableDateTime,
  charges_from_datetime: nullableDateTime,
  charges_to_datetime: nullableDateTime,
  fixed_charges_from_datetime: nullableDateTime,
  fixed_charges_to_datetime: nullableDateTime,
  invoicing_reason: words(
    'subscription_starting',
    'subscription_periodic',
    'subscription_terminating',
    'in_advance_charge',
    'in_advance_charge_periodic',
    'progressive_billing',
  ),
})

/** What lowered an invoice: a coupon, a progressive invoice or a credit note. */
export const Credit = Type.Object({
  lago_id: uuid,
  amount_cents: Type.Integer(),
  amount_currency: Type.String(),
  before_taxes: Type.Boolean(),
  item: Type.Object({
    lago_item_id: Type.Union([uuid, Type.Null()]),
    type: words('coupon', 'credit_note', 'invoice'),
    code: Type.String(),
    name: Type.String(),
    description: nullableText,
  }),
  invoice: Type.Object({ lago_id: uuid, payment_status: paymentStatus }),
})

export const InvoiceObject = Type.Object({
  ...listed,
  subscriptions: Type.Array(SubscriptionObject),
  billing_periods: Type.Array(BillingPeriod),
  fees: Type.Array(FeeObject),
  credits: Type.Array(Credit),
  error_details: Type.Array(ErrorDetail, {
    description:
      'Fees that are too large for the invoice: `fee_amount_out_of_range`. Its document: `document_failed`, or ' +
      '`characters_not_printed`, with the characters that no font has.',
  }),
  applied_invoice_custom_sections: Type.Array(InvoicedCustomSection),
  voided_invoice_id: Type.Optional(uuid),
  regenerated_invoice_id: Type.Optional(uuid),
})

export const OneOffInput = Type.Object({
  invoice: Type.Object({
    external_customer_id: Type.String(),
    billing_entity_code: Type.Optional(Type.String()),
    currency: Type.Optional(Type.String({ description: "The customer's by default." })),
    purchase_order_number: Type.Optional(Type.String({ maxLength: 255 })),
    skip_psp: Type.Optional(Type.Boolean({ description: 'True when no provider is asked for the payment.' })),
    payment_method: Type.Optional(PaymentMethodReference),
    invoice_custom_section: Type.Optional(CustomSectionSelection),
    fees: Type.Array(
      Type.Object({
        add_on_code: Type.String(),
        units: Type.Optional(nullableText),
        unit_amount_cents: Type.Optional(nullableCents),
        invoice_display_name: Type.Optional(Type.String()),
        description: Type.Optional(nullableText),
        from_datetime: Type.Optional(dateTime),
        to_datetime: Type.Optional(dateTime),
        tax_codes: Type.Optional(Type.Array(Type.String())),
      }),
    ),
  }),
})

const InvoiceUpdateInput = Type.Object({
  invoice: Type.Object({
    payment_status: Type.Optional(paymentStatus),
    metadata: Type.Optional(
      Type.Array(
        Type.Object({
          id: Type.Optional(uuid),
          key: Type.String({ maxLength: 20 }),
          value: Type.String({ maxLength: 140 }),
        }),
        { maxItems: 5, description: 'The complete list; entries left out are removed.' },
      ),
    ),
  }),
})

const text = Type.Optional(Type.String())
const PreviewInput = Type.Object({
  customer: Type.Object({
    external_id: Type.Optional(Type.String({ description: 'A customer; without it somebody is imagined.' })),
    name: text,
    currency: text,
    tax_identification_number: text,
    timezone: text,
    address_line1: text,
    address_line2: Type.Optional(nullableText),
    city: text,
    state: text,
    country: text,
    shipping_address: Type.Optional(CustomerInside.properties.shipping_address),
    integration_customers: Type.Optional(
      Type.Array(Type.Object({ integration_type: Type.String(), integration_code: Type.String() })),
    ),
  }),
  plan_code: text,
  subscription_at: Type.Optional(dateTime),
  billing_time: Type.Optional(words('calendar', 'anniversary')),
  billing_entity_code: text,
  coupons: Type.Optional(
    Type.Array(
      Type.Object({
        code: Type.String(),
        name: text,
        coupon_type: Type.Optional(words('fixed_amount', 'percentage')),
        amount_cents: Type.Optional(nullableCents),
        amount_currency: Type.Optional(nullableText),
        percentage_rate: Type.Optional(nullableText),
        frequency: Type.Optional(words('once', 'recurring', 'forever')),
        frequency_duration: Type.Optional(nullableCents),
      }),
    ),
  ),
  subscriptions: Type.Optional(
    Type.Object({
      external_ids: Type.Array(Type.String()),
      plan_code: text,
      terminated_at: Type.Optional(dateTime),
    }),
  ),
})

const InvoiceVoidInput = Type.Object({
  generate_credit_note: Type.Optional(Type.Boolean({ description: 'Gives the money back.' })),
  refund_amount: Type.Optional(Type.Integer({ minimum: 0, description: 'Cents.' })),
  credit_amount: Type.Optional(Type.Integer({ minimum: 0, description: 'Cents.' })),
})

const InvoiceRegenerateInput = Type.Object({
  invoice: Type.Optional(
    Type.Object({
      fees: Type.Optional(
        Type.Array(
          Type.Object({
            id: Type.String({ description: 'A fee of the voided invoice.' }),
            units: Type.Optional(Type.Union([Type.String(), Type.Number()])),
            unit_precise_amount: Type.Optional(Type.Union([Type.String(), Type.Number()])),
            invoice_display_name: text,
            tax_codes: Type.Optional(Type.Array(Type.String())),
          }),
          { description: 'The fees to repeat; all of them without it.' },
        ),
      ),
    }),
  ),
})

const flag = Type.Optional(Type.Boolean())
const status = words('draft', 'finalized', 'voided', 'failed', 'pending')

const query: Readonly<Record<string, TSchema>> = {
  ...PageQuery.properties,
  amount_from: Type.Optional(Type.Integer({ description: 'Cents.' })),
  amount_to: Type.Optional(Type.Integer({ description: 'Cents.' })),
  'billing_entity_codes[]': Type.Optional(Type.Array(Type.String())),
  currency: text,
  invoice_type: Type.Optional(invoiceType),
  issuing_date_from: Type.Optional(date),
  issuing_date_to: Type.Optional(date),
  'metadata[key]': text,
  partially_paid: flag,
  payment_dispute_lost: flag,
  payment_overdue: flag,
  payment_status: Type.Optional(paymentStatus),
  'payment_statuses[]': Type.Optional(Type.Array(paymentStatus)),
  purchase_order_number: text,
  search_term: text,
  self_billed: flag,
  'settlements[]': Type.Optional(Type.Array(words('payment', 'credit_note'))),
  status: Type.Optional(status),
  'statuses[]': Type.Optional(Type.Array(status)),
}

const tags = ['invoices']
const params = Type.Object({ id: Type.String({ description: 'The lago_id of the invoice.' }) })
const one = { tags, params, response: { 200: Type.Object({ invoice: InvoiceObject }) } }
const many = {
  tags,
  response: { 200: Type.Object({ invoices: Type.Array(Type.Object(listed)), meta: PaginationMeta }) },
}

/** Parameters, bodies and responses of the invoice routes. */
export const invoiceSchemas = {
  list: {
    ...many,
    summary: 'List invoices',
    querystring: Type.Object({ external_customer_id: text, ...query }),
  },
  listOfCustomer: {
    ...many,
    summary: 'List the invoices of a customer',
    params: Type.Object({ external_id: Type.String() }),
    querystring: Type.Object(query),
  },
  listOfSubscription: {
    ...many,
    summary: 'List the invoices that bill a subscription',
    params: Type.Object({ external_id: Type.String() }),
    querystring: PageQuery,
  },
  create: {
    tags,
    summary: 'Create a one-off invoice',
    body: OneOffInput,
    response: { 200: Type.Object({ invoice: InvoiceObject }) },
  },
  preview: {
    tags,
    summary: 'Show the next bill without making it; as a PDF with Accept: application/pdf',
    body: PreviewInput,
    response: { 200: Type.Object({ invoice: InvoiceObject }) },
  },
  draftPdf: { tags, params, summary: 'The PDF of a draft as it would be now; nothing is stored' },
  billingRun: {
    tags,
    summary: 'How many bills are due and not made yet',
    response: {
      200: Type.Object({
        billing_run: Type.Object({
          bills_left_count: Type.Integer(),
          since: Type.Union([Type.String({ format: 'date-time' }), Type.Null()], {
            description: 'When the first of them fell due.',
          }),
        }),
      }),
    },
  },
  show: { ...one, summary: 'Retrieve an invoice' },
  update: { ...one, summary: 'Update payment status and metadata', body: InvoiceUpdateInput },
  refresh: { ...one, summary: 'Refresh a draft' },
  finalize: { ...one, summary: 'Finalize a draft' },
  remove: { ...one, summary: 'Delete a draft' },
  void: { ...one, summary: 'Void a final invoice', body: InvoiceVoidInput },
  regenerate: { ...one, summary: 'Replace a voided invoice', body: InvoiceRegenerateInput },
  loseDispute: { ...one, summary: 'Note that a dispute is lost' },
  retry: { ...one, summary: 'Ask for the taxes of a failed invoice again' },
  download: {
    tags,
    params,
    summary: 'Download the PDF of a final invoice: its file_url, or an empty answer while it is being made',
    response: { 200: Type.Union([Type.Object({ invoice: Type.Object(base) }), Type.Null()]) },
  },
  downloadXml: {
    tags,
    params,
    summary:
      'Download the e-invoice of a final invoice: its xml_url, or an empty answer while it is being made or where the ' +
      'billing entity has no e-invoicing; 422 with what is missing when it was refused',
    response: { 200: Type.Union([Type.Object({ invoice: Type.Object(base) }), Type.Null()]) },
  },
  retryPayment: {
    tags,
    params,
    summary: 'Ask for the payment of an unpaid invoice again',
    body: Type.Object({ payment_method: Type.Optional(PaymentMethodReference) }),
    response: { 200: Type.Null() },
  },
  paymentUrl: {
    tags,
    params,
    summary: 'Make a page to pay an invoice',
    response: {
      200: Type.Object({
        invoice_payment_details: Type.Object({
          lago_customer_id: uuid,
          lago_invoice_id: uuid,
          external_customer_id: Type.String(),
          payment_provider: Type.String(),
          payment_url: Type.String(),
        }),
      }),
    },
  },
}
