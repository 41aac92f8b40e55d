import { type TSchema, Type } from 'typebox'
import { TIME_GRANULARITIES } from '../../store/analytics.ts'
import { nullableText, uuid, words, wordsOrNull } from './common.ts'
import { PAYMENT_STATUSES } from './invoices.ts'

const month = Type.String({ description: 'The first day of the month.' })
const amounts = { month, amount_cents: Type.Number(), currency: Type.String() }
const billingEntity = Type.Union([uuid, Type.Null()], { description: 'The one that was asked for.' })
const text = Type.Optional(Type.String())

const query = {
  currency: text,
  months: Type.Optional(Type.Integer({ minimum: 1, description: 'The last months and the running one.' })),
  billing_entity_code: Type.Optional(Type.String({ description: 'Ignored when there is none.' })),
}
const ofCustomer = { ...query, external_customer_id: text }

const tags = ['analytics']

function list(summary: string, querystring: Record<string, TSchema>, root: string, row: TSchema) {
  return {
    tags,
    summary,
    querystring: Type.Object(querystring),
    response: { 200: Type.Object({ [root]: Type.Array(row) }) },
  }
}

const date = Type.String({ format: 'date' })

/** Parameters and responses of the analytics routes. */
export const analyticsSchemas = {
  grossRevenue: list(
    'What was invoiced, by issuing month',
    ofCustomer,
    'gross_revenues',
    Type.Object({ ...amounts, invoices_count: Type.Integer(), billing_entity_id: billingEntity }),
  ),
  invoiceCollection: list(
    'How invoices are paid, by issuing month',
    query,
    'invoice_collections',
    Type.Object({
      month,
      payment_status: wordsOrNull(...PAYMENT_STATUSES),
      invoices_count: Type.Integer(),
      amount_cents: Type.Union([Type.Number(), Type.Null()]),
      currency: nullableText,
    }),
  ),
  invoicedUsage: list(
    'What usage came to on invoices, by month and metric',
    query,
    'invoiced_usages',
    Type.Object({ ...amounts, code: Type.String() }),
  ),
  mrr: list('Monthly recurring revenue', query, 'mrrs', Type.Object(amounts)),
  overdueBalance: list(
    'What is overdue, by due month',
    ofCustomer,
    'overdue_balances',
    Type.Object({ ...amounts, lago_invoice_ids: Type.Array(uuid), billing_entity_id: billingEntity }),
  ),
  overdueTotals: list(
    'What is overdue, by currency or by due month and currency',
    { ...ofCustomer, by: Type.Optional(words('month')) },
    'overdue_totals',
    Type.Object({
      month: Type.Optional(month),
      currency: Type.String(),
      amount_cents: Type.Number({ description: 'What is left to pay.' }),
      invoices_count: Type.Integer(),
    }),
  ),
  usage: list(
    'Billed usage by period and metric',
    {
      time_granularity: Type.Optional(words(...TIME_GRANULARITIES)),
      currency: text,
      from_date: Type.Optional(date),
      to_date: Type.Optional(date),
      customer_type: Type.Optional(words('individual', 'company')),
      customer_country: text,
      external_customer_id: text,
      external_subscription_id: text,
      plan_code: text,
      billable_metric_code: text,
      is_billable_metric_recurring: Type.Optional(Type.Boolean()),
      billing_entity_code: text,
    },
    'usages',
    Type.Object({
      organization_id: uuid,
      start_of_period_dt: date,
      end_of_period_dt: date,
      amount_currency: Type.String(),
      amount_cents: Type.Number(),
      billable_metric_code: Type.String(),
      units: Type.String(),
      is_billable_metric_deleted: Type.Boolean(),
    }),
  ),
}
