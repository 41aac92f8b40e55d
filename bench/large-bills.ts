import type pg from 'pg'
import { numberedId } from './database.ts'

/** Months with bills; the last ones were issued on the first of this month. */
export const BILLED_MONTHS = 24

/** Ids of customers and subscriptions by their number, as copyRow counts them. */
export const CUSTOMER_ID = numberedId('ccccccccccc')
export const SUBSCRIPTION_ID = numberedId('5ab5ab5ab5a')

const INVOICE_ID = numberedId('0b111f00b11')
const feeId = (part: number): string => numberedId(`fee${part}fee${part}fee`)

/**
 * One row for each bill that there will be, by month and customer, with the amounts of its lines in cents: four of
 * five customers are billed every month since their own first one. All amounts are multiples of 5, so that a tax of
 * 20 % is exact.
 */
const BILLS = `
  create unlogged table bench_bills as
  select row_number() over (order by m, k)::int as n, k, m, m - first_month + 1 as number_of_customer, currency,
    issued, issued - interval '1 month' as from_at, issued - interval '1 millisecond' as to_at,
    issued + make_interval(secs => k % 7200) as made_at, plan_cents, requests_cents, tokens_cents,
    plan_cents + requests_cents + tokens_cents as fees_cents,
    (plan_cents + requests_cents + tokens_cents) / 5 as tax_cents, fate
  from (
    select k, m, first_month, date_trunc('month', now()) - make_interval(months => ${BILLED_MONTHS - 1} - m) as issued,
      (array['EUR', 'EUR', 'EUR', 'EUR', 'EUR', 'EUR', 'EUR', 'USD', 'USD', 'GBP'])[k / 7 % 10 + 1] as currency,
      4900 as plan_cents, case when k % 3 = 0 then 0 else (k * 37 + m * 101) % 997 * 5 + 5 end as requests_cents,
      case when k % 3 = 1 then (k * 53 + m * 211) % 797 * 5 + 5 else 0 end as tokens_cents,
      -- Of a thousand, 940 are paid, 4 paid in part, 2 voided, 4 failed, and 50 wait for their money.
      (k * 31 + m * 17) % 1000 as fate
    from (select k, (k / 5) % ${BILLED_MONTHS} as first_month from generate_series(1, $customers) k where k % 5 <> 4) c
    cross join generate_series(first_month, ${BILLED_MONTHS - 1}) m
  ) b`

const TOTAL = '(b.fees_cents + b.tax_cents)'
const IS_VOIDED = 'b.fate in (944, 945)'
const PAID = `case when b.fate < 940 then ${TOTAL} when b.fate < 944 then ${TOTAL} / 3 else 0 end`
const PAYMENT_STATUS = `case when b.fate < 940 then 'succeeded' when b.fate in (946, 947, 948, 949) then 'failed'
  else 'pending' end`

const INVOICES = `
  insert into invoices (organization_id, id, customer_id, billing_entity_id, sequential_id, number, invoice_type,
    status,
    payment_status, currency, timezone, issuing_date, payment_due_date, net_payment_term, billing_at, finalized_at,
    voided_at, payment_overdue, fees_amount_cents, sub_total_excluding_taxes_amount_cents, taxes_amount_cents,
      taxes_rate,
    sub_total_including_taxes_amount_cents, total_amount_cents, total_paid_amount_cents, created_at, updated_at)
  select $organization, ${INVOICE_ID}, c.id, c.billing_entity_id, b.number_of_customer,
    $prefix || '-' || lpad(c.sequential_id::text, greatest(3, length(c.sequential_id::text)), '0') || '-' ||
      lpad(b.number_of_customer::text, 3, '0'),
    'subscription', case when ${IS_VOIDED} then 'voided' else 'finalized' end, ${PAYMENT_STATUS}, b.currency, 'UTC',
    b.issued::date, b.issued::date + 30, 30, b.issued, b.made_at, case when ${IS_VOIDED} then b.made_at end,
    b.fate >= 940 and not ${IS_VOIDED} and b.issued + interval '31 days' < now(),
    b.fees_cents, b.fees_cents, b.tax_cents, 20, ${TOTAL}, ${TOTAL}, ${PAID}, b.made_at, b.made_at
  from bench_bills b
  join customers c on c.organization_id = $organization and c.external_id = 'cust_' || (b.k - 1)
  order by b.n`

const PERIODS = `
  insert into invoice_subscriptions (organization_id, id, invoice_id, subscription_id, invoicing_reason, is_recurring,
    billing_at, subscription_from, subscription_to, charges_from, charges_to, created_at)
  select $organization, ${numberedId('9e71d09e71d')}, ${INVOICE_ID},
    (select ${SUBSCRIPTION_ID} from (select b.k as n) s),
    'subscription_periodic', true, b.issued, b.from_at, b.to_at, b.from_at, b.to_at, b.made_at
  from bench_bills b order by b.n`

/** One of the lines of each bill, with its tax. */
function linesOf(part: 0 | 1 | 2): readonly string[] {
  const cents = ['b.plan_cents', 'b.requests_cents', 'b.tokens_cents'][part]
  const units = ['1', 'b.requests_cents', 'b.tokens_cents * 5'][part]
  const unitCents = ['b.plan_cents', '1', '0.2'][part]
  const fees = `
    insert into fees (organization_id, id, fee_type, invoice_id, subscription_id, customer_id, billing_entity_id,
      charge_id,
      currency, units, total_aggregated_units, events_count, amount_cents, precise_amount_cents, unit_amount_cents,
      precise_unit_amount, taxes_amount_cents, taxes_precise_amount_cents, taxes_rate, from_at, to_at, charges_from,
      charges_to, created_at, updated_at)
    select $organization, ${feeId(part)}, ${part === 0 ? `'subscription'` : `'charge'`}, ${INVOICE_ID},
      (select ${SUBSCRIPTION_ID} from (select b.k as n) s), c.id, c.billing_entity_id, ${part === 0 ? 'null' : 'h.id'},
      b.currency, ${units}, ${part === 0 ? 'null' : units}, ${part === 0 ? 'null' : '10'}, ${cents}, ${cents},
        ${unitCents},
      ${unitCents} / 100.0, ${cents} / 5, ${cents} / 5, 20, b.from_at, b.to_at, b.from_at, b.to_at, b.made_at, b.made_at
    from bench_bills b
    join customers c on c.organization_id = $organization and c.external_id = 'cust_' || (b.k - 1)
    ${
      part === 0
        ? ''
        : `join plans p on p.organization_id = $organization and p.amount_currency = b.currency
    join charges h on h.organization_id = $organization and h.plan_id = p.id
    join billable_metrics m on m.organization_id = $organization and m.id = h.billable_metric_id
      and m.code = '${part === 1 ? 'requests' : 'tokens'}'`
    }
    where ${cents} > 0 order by b.n`
  const taxes = `
    insert into fee_taxes (organization_id, id, fee_id, tax_id, tax_code, tax_name, tax_rate, amount_cents,
      precise_amount_cents, created_at)
    select $organization, ${numberedId(`fa${part}fa${part}fa${part}fa`)}, ${feeId(part)}, t.id, t.code, t.name, t.rate,
      ${cents} / 5, ${cents} / 5, b.made_at
    from bench_bills b join taxes t on t.organization_id = $organization
    where ${cents} > 0 order by b.n`
  return [fees, taxes]
}

const TAXES = `
  insert into invoice_taxes (organization_id, id, invoice_id, tax_id, tax_code, tax_name, tax_rate, amount_cents,
    fees_amount_cents, created_at)
  select $organization, ${numberedId('7a47a47a47a')}, ${INVOICE_ID}, t.id, t.code, t.name, t.rate, b.tax_cents,
    b.fees_cents, b.made_at
  from bench_bills b join taxes t on t.organization_id = $organization order by b.n`

const PAYMENTS = `
  insert into payments (organization_id, id, customer_id, invoice_id, payment_type, status, payment_status,
    amount_cents,
    amount_currency, reference, paid_at, has_succeeded, created_at, updated_at)
  select $organization, ${numberedId('9a19a19a19a')}, (select ${CUSTOMER_ID} from (select b.k as n) s), ${INVOICE_ID},
    'manual', 'succeeded', 'succeeded', ${PAID}, b.currency, 'transfer ' || b.n,
    b.made_at + make_interval(days => b.k % 20), true, b.made_at + make_interval(days => b.k % 20),
    b.made_at + make_interval(days => b.k % 20)
  from bench_bills b where ${PAID} > 0 order by b.n`

const LEDGER = [
  `insert into invoice_payments (organization_id, id, invoice_id, kind, status, amount_cents, paid_at, payment_id,
    created_at)
  select $organization, ${numberedId('1ed9e11ed9e')}, ${INVOICE_ID}, 'payment', 'succeeded', ${PAID},
    b.made_at + make_interval(days => b.k % 20), ${numberedId('9a19a19a19a')},
      b.made_at + make_interval(days => b.k % 20)
  from bench_bills b where ${PAID} > 0 order by b.n`,
  `insert into invoice_payments (organization_id, id, invoice_id, kind, status, amount_cents, paid_at, created_at)
  select $organization, ${numberedId('1ed9e21ed9e')}, ${INVOICE_ID}, 'status', 'failed', 0, b.made_at, b.made_at
  from bench_bills b where b.fate in (946, 947, 948, 949) order by b.n`,
]

/** Of a paid bill in fifty, a note over 5.00 of its plan and the tax on it: credit, or a refund. */
const IS_NOTED = 'b.fate < 20'
const IS_REFUND = 'b.fate < 6'
const NOTE_ID = numberedId('c4edc4edc4e')
const NOTES = [
  `insert into credit_notes (organization_id, id, customer_id, invoice_id, sequential_id, status, refund_status,
    refunded_at,
    reason, cause, currency, issuing_date, precise_coupons_adjustment_amount_cents,
      sub_total_excluding_taxes_amount_cents,
    precise_taxes_amount_cents, taxes_amount_cents, taxes_rate, total_amount_cents, credit_amount_cents,
    refund_amount_cents, offset_amount_cents, balance_amount_cents, credit_status, created_at, updated_at)
  select $organization, ${NOTE_ID}, (select ${CUSTOMER_ID} from (select b.k as n) s), ${INVOICE_ID}, 1, 'finalized',
    case when ${IS_REFUND} then 'succeeded' end, case when ${IS_REFUND} then b.made_at + interval '20 days' end,
    (array['other', 'order_change', 'product_unsatisfactory', 'duplicated_charge'])[b.fate % 4 + 1], 'request',
      b.currency,
    (b.made_at + interval '20 days')::date, 0, 500, 100, 100, 20, 600, case when ${IS_REFUND} then 0 else 600 end,
    case when ${IS_REFUND} then 600 else 0 end, 0, case when ${IS_REFUND} then 0 else 600 end, 'available',
    b.made_at + interval '20 days', b.made_at + interval '20 days'
  from bench_bills b where ${IS_NOTED} order by b.n`,
  `insert into credit_note_items (organization_id, id, credit_note_id, fee_id, amount_cents, precise_amount_cents,
    created_at)
  select $organization, ${numberedId('c1e4c1e4c1e')}, ${NOTE_ID}, ${feeId(0)}, 500, 500, b.made_at + interval '20 days'
  from bench_bills b where ${IS_NOTED} order by b.n`,
  `insert into credit_note_taxes (organization_id, id, credit_note_id, tax_id, tax_code, tax_name, tax_rate,
    base_amount_cents, amount_cents, created_at)
  select $organization, ${numberedId('c7a4c7a4c7a')}, ${NOTE_ID}, t.id, t.code, t.name, t.rate, 500, 100,
    b.made_at + interval '20 days'
  from bench_bills b join taxes t on t.organization_id = $organization where ${IS_NOTED} order by b.n`,
]

const REST = [
  `insert into customer_invoice_counters (organization_id, customer_id, billing_entity_id, last_number)
  select $organization, customer_id, billing_entity_id, max(sequential_id) from invoices
  where organization_id = $organization group by 2, 3`,
  `insert into activity_logs (organization_id, id, activity_type, activity_source, resource_type, resource_id,
    external_customer_id, logged_at, created_at)
  select $organization, ${numberedId('ac71ac71ac7')}, 'invoice.created', 'system', 'Invoice', ${INVOICE_ID},
    'cust_' || (b.k - 1), b.made_at, b.made_at
  from bench_bills b order by b.n`,
  'drop table bench_bills',
  'call weir_rebuild_days()',
]

/** What a bill is written to, in the order in which it is. */
const STATEMENTS: readonly string[] = [
  BILLS,
  INVOICES,
  PERIODS,
  ...linesOf(0),
  ...linesOf(1),
  ...linesOf(2),
  TAXES,
  PAYMENTS,
  ...LEDGER,
  ...NOTES,
  ...REST,
]

/**
 * Writes two years of monthly bills of an organization's customers `cust_0`… with their payments and credit notes. What
 * guards these rows, and sums them up, sees requests and not copies, so it is off meanwhile: the client is a
 * superuser's.
 */
export async function writeBills(
  client: pg.Client,
  given: { readonly organizationId: string; readonly prefix: string; readonly customers: number },
): Promise<void> {
  await client.query('set session_replication_role = replica')
  for (const statement of STATEMENTS) {
    const text = statement
      .replaceAll('$organization', `'${given.organizationId}'::uuid`)
      .replaceAll('$prefix', `'${given.prefix}'`)
      .replaceAll('$customers', String(given.customers))
    await client.query(text)
  }
  await client.query('set session_replication_role = origin')
}
