import { type TSchema, Type } from 'typebox'
import { DOCUMENT_LOCALES } from '../../core/input/places.ts'
import { CORNERS } from '../../core/portal/portal-brand.ts'
import { dateTime, nullableInteger, nullableText, nullableUri, uuid, words, wordsOrNull } from './common.ts'
import { PageQuery, PaginationMeta } from './pagination.ts'
import { accents, fileUrls, parts } from './portal-settings.ts'
import { open } from './sessions.ts'

const tags = ['portal']
const text = Type.String()
const cents = Type.Integer()
const day = Type.String({ format: 'date' })
const nullableTime = Type.Union([dateTime, Type.Null()])
export const byId = Type.Object({ id: text })
/** Of routes that a session of a customer opens. */
const byBuyer = [{ portal: [] }]

/** A route that a session of a customer opens. */
export const route = (summary: string, response: TSchema, more: object = {}) => ({
  tags,
  security: byBuyer,
  summary,
  ...more,
  response: { 200: response },
})
const listOf = (name: string, item: TSchema) =>
  Type.Object({ [name]: Type.Array(item), meta: PaginationMeta })

const Session = Type.Object({
  session: Type.Object({
    brand: Type.Object({
      name: text,
      email: nullableText,
      logo_url: nullableUri,
      support_url: nullableUri,
      terms_url: nullableUri,
      privacy_url: nullableUri,
      corners: words(...CORNERS),
      powered_by: Type.Boolean(),
      ...fileUrls,
      accents,
    }),
    customer: Type.Object({ name: text, locale: text, timezone: text }),
    parts,
    can_pay: Type.Boolean({ description: 'The customer is linked to a payment provider.' }),
    is_mailed: Type.Boolean({ description: 'Mails are sent, and the customer has an address for them.' }),
    is_view_only: Type.Boolean({ description: 'A member looks at the portal of the customer.' }),
    is_sandbox: Type.Boolean(),
    csrf_token: Type.String({ description: 'For the header `x-csrf-token` of writes.' }),
    renewal_token: Type.Union([Type.String(), Type.Null()], {
      description: 'Opens nothing; for `POST /portal/link_requests`, once the session has ended.',
    }),
    now: dateTime,
    expires_at: dateTime,
  }),
})

const address = {
  address_line1: nullableText,
  address_line2: nullableText,
  city: nullableText,
  state: nullableText,
  zipcode: nullableText,
  country: nullableText,
}
const customer = {
  name: nullableText,
  firstname: nullableText,
  lastname: nullableText,
  legal_name: nullableText,
  tax_identification_number: nullableText,
  email: nullableText,
  customer_type: wordsOrNull('company', 'individual'),
  document_locale: words(...DOCUMENT_LOCALES),
  ...address,
  shipping_address: Type.Object(address),
}
const Customer = Type.Object({ customer: Type.Object(customer) })

export const subscription = {
  id: uuid,
  name: text,
  plan_name: text,
  status: text,
  started_at: nullableTime,
  ending_at: nullableTime,
  period_from: nullableTime,
  period_to: nullableTime,
  usage_currency: text,
  interval: Type.Optional(text),
  amount_cents: Type.Optional(cents),
  currency: Type.Optional(text),
  is_paid_in_advance: Type.Optional(Type.Boolean()),
}
const Overview = Type.Object({
  owed: Type.Array(
    Type.Object({
      currency: text,
      due_cents: cents,
      due_count: Type.Integer(),
      overdue_cents: cents,
      overdue_count: Type.Integer(),
    }),
  ),
  invoiced: Type.Array(Type.Object({ currency: text, total_cents: cents, count: Type.Integer() })),
  subscriptions: Type.Array(Type.Object(subscription)),
})
const NextInvoices = Type.Object({
  next_invoices: Type.Array(
    Type.Object({ subscription_id: uuid, issuing_date: day, currency: text, total_amount_cents: cents }),
  ),
})
const prices = Type.Record(Type.String(), Type.Unknown())
/** What a plan costs besides its own price, and what it entitles to. */
export const ofPlan = {
  charges: Type.Array(Type.Object({ name: text, model: text, prices })),
  fixed_charges: Type.Array(Type.Object({ name: text, model: text, units: text, prices })),
  minimum_amount_cents: nullableInteger,
  entitlements: Type.Array(
    Type.Object({ name: text, values: Type.Array(Type.Object({ name: text, value: nullableText })) }),
  ),
}
const Plan = Type.Object({
  subscription: Type.Object({
    ...subscription,
    description: nullableText,
    ...ofPlan,
  }),
})

const Tier = Type.Object({
  from: text,
  to: nullableText,
  is_current: Type.Boolean(),
  per_unit_amount: Type.Optional(nullableText),
  flat_amount: Type.Optional(nullableText),
  rate: Type.Optional(nullableText),
})
const usage = Type.Object({
  from: dateTime,
  to: dateTime,
  issuing_date: day,
  currency: text,
  amount_cents: Type.Optional(cents),
  projected_amount_cents: Type.Optional(cents),
  charges: Type.Array(
    Type.Object({
      name: text,
      units: text,
      amount_cents: Type.Optional(cents),
      projected_units: Type.Optional(text),
      projected_amount_cents: Type.Optional(cents),
      tiers: Type.Optional(Type.Array(Tier)),
      left_in_tier: Type.Optional(nullableText),
      parts: Type.Array(Type.Object({ name: nullableText, units: text, amount_cents: Type.Optional(cents) })),
    }),
  ),
})

const invoice = {
  id: uuid,
  number: text,
  kind: text,
  status: words('finalized', 'voided'),
  payment_status: text,
  is_overdue: Type.Boolean(),
  issuing_date: Type.Union([day, Type.Null()]),
  payment_due_date: Type.Union([day, Type.Null()]),
  currency: text,
  total_amount_cents: cents,
  due_amount_cents: cents,
  can_be_paid: Type.Boolean(),
}
/** As documents print it. */
const printed = { units: text, price: text }
const Invoice = Type.Object({
  invoice: Type.Object({
    ...invoice,
    bank_transfer: Type.Union(
      [Type.Object({ holder: text, iban: text, bic: nullableText, reference: text }), Type.Null()],
      { description: 'How what is due is paid by bank transfer.' },
    ),
    purchase_order_number: nullableText,
    fees: Type.Array(
      Type.Object({
        id: uuid,
        name: text,
        detail: nullableText,
        units: text,
        unit_amount: text,
        printed: Type.Object(printed),
        parts: Type.Array(Type.Object({ label: text, ...printed, amount: text }), {
          description: 'What the price is made of, where it has several parts.',
        }),
        amount_cents: cents,
        taxes_rate: text,
        from: nullableTime,
        to: nullableTime,
      }),
    ),
    taxes: Type.Array(Type.Object({ name: text, rate: text, amount_cents: cents })),
    fees_amount_cents: cents,
    progressive_billing_credit_amount_cents: cents,
    coupons_amount_cents: cents,
    taxes_amount_cents: cents,
    credit_notes_amount_cents: cents,
    prepaid_credit_amount_cents: cents,
    paid_amount_cents: cents,
    has_e_invoice: Type.Boolean(),
    payments: Type.Array(
      Type.Object({
        id: uuid,
        amount_cents: cents,
        currency: text,
        payment_status: text,
        paid_at: dateTime,
        action_url: nullableUri,
        action_kind: wordsOrNull('confirm', 'transfer'),
      }),
    ),
  }),
})
const CreditNote = Type.Object({
  id: uuid,
  number: text,
  invoice_number: text,
  issuing_date: day,
  currency: text,
  total_amount_cents: cents,
  credit_amount_cents: cents,
  refund_amount_cents: cents,
  offset_amount_cents: cents,
  balance_amount_cents: cents,
  has_e_invoice: Type.Boolean(),
})
const Receipt = Type.Object({
  id: uuid,
  number: text,
  invoice_numbers: Type.Array(text),
  amount_cents: cents,
  currency: text,
  paid_at: dateTime,
  file_url: nullableUri,
})

const Wallet = Type.Object({
  id: uuid,
  name: nullableText,
  status: text,
  currency: text,
  rate_amount: text,
  credits_balance: text,
  balance_cents: cents,
  credits_ongoing_balance: text,
  ongoing_balance_cents: cents,
  expires_at: nullableTime,
  top_up_min_cents: nullableInteger,
  top_up_max_cents: nullableInteger,
  rules: Type.Array(
    Type.Object({
      trigger: text,
      interval: nullableText,
      threshold_credits: text,
      paid_credits: text,
      granted_credits: text,
      target_balance: nullableText,
    }),
  ),
})
const Transaction = Type.Object({
  id: uuid,
  name: nullableText,
  direction: text,
  kind: text,
  status: text,
  credits: text,
  amount_cents: cents,
  currency: text,
  invoice_id: Type.Union([uuid, Type.Null()]),
  created_at: dateTime,
})
const Method = Type.Object({
  id: uuid,
  is_default: Type.Boolean(),
  method_kind: text,
  brand: nullableText,
  last4: nullableText,
  expiration_month: nullableText,
  expiration_year: nullableText,
  created_at: dateTime,
})
const OneMethod = Type.Object({ payment_method: Method })
const Url = Type.Object({ url: nullableUri })

export const portalSchemas = {
  open: {
    ...route('Open the portal with the token of a link', Session),
    security: open,
    body: Type.Object({ token: text }),
  },
  requestLink: {
    ...route('Ask that the customer of a link is mailed a new one', Type.Object({})),
    security: open,
    description:
      'The answer is the same whether there is such a customer or not, and whether it has an address.',
    body: Type.Object({ token: text }),
  },
  session: route('Retrieve the session of the portal', Session),
  leave: route('Leave the portal', Type.Object({})),
  customer: route('Retrieve what the customer may change of itself', Customer),
  updateCustomer: route('Change the customer', Customer, {
    body: Type.Object({ customer: Type.Partial(Type.Object(customer)) }),
  }),
  overview: route('Retrieve what the customer owes and has subscribed to', Overview),
  nextInvoices: route('Estimate the next invoices of the customer', NextInvoices),
  subscription: route('Retrieve a subscription of the customer with its prices', Plan, { params: byId }),
  usage: route('Retrieve the usage of a subscription of the customer', Type.Object({ usage }), {
    params: byId,
  }),
  usageDays: route(
    'List the units of the present period by day',
    Type.Object({
      usage_days: Type.Array(
        Type.Object({ name: text, days: Type.Array(Type.Object({ date: day, units: text })) }),
      ),
    }),
    { params: byId },
  ),
  pastUsage: route('List the billed usage of a subscription of the customer', listOf('periods', usage), {
    params: byId,
    querystring: PageQuery,
  }),
  invoices: route('List the invoices of the customer', listOf('invoices', Type.Object(invoice)), {
    querystring: Type.Object({
      ...PageQuery.properties,
      search_term: Type.Optional(text),
      payment_overdue: Type.Optional(Type.Boolean()),
    }),
  }),
  invoice: route('Retrieve an invoice of the customer', Invoice, {
    params: byId,
    querystring: Type.Object({ locale: Type.Optional(words(...DOCUMENT_LOCALES)) }),
  }),
  paymentUrl: route('Make a page on which the customer pays an invoice', Url, { params: byId }),
  download: route('Make a link to the file of a document; null while it is being made', Url, {
    params: byId,
  }),
  creditNotes: route('List the credit notes of the customer', listOf('credit_notes', CreditNote), {
    querystring: PageQuery,
  }),
  receipts: route('List the receipts of the customer', listOf('receipts', Receipt), {
    querystring: PageQuery,
  }),
  wallets: route('List the wallets of the customer', listOf('wallets', Wallet), { querystring: PageQuery }),
  wallet: route('Retrieve a wallet of the customer', Type.Object({ wallet: Wallet }), { params: byId }),
  transactions: route('List the transactions of a wallet', listOf('transactions', Transaction), {
    params: byId,
    querystring: PageQuery,
  }),
  topUp: route('Buy credits', Type.Object({ transactions: Type.Array(Transaction) }), {
    params: byId,
    body: Type.Object({ top_up: Type.Object({ paid_credits: text }) }),
  }),
  methods: route('List the payment methods of the customer', listOf('payment_methods', Method), {
    querystring: PageQuery,
  }),
  setupUrl: route('Make a page on which the customer leaves a payment method', Url),
  setAsDefault: route('Make a payment method the default', OneMethod, { params: byId }),
  removeMethod: route('Remove a payment method', OneMethod, { params: byId }),
}
