import { NEWS } from '../web/src/pages/activity/object-of.ts'

/** What the dashboard asks of the server, by group: a path below the server's address. */
export type CallGroup = {
  readonly name: string
  /** The most that the 95th percentile of any of them may take, in ms. */
  readonly budgetMs: number
  readonly paths: readonly string[]
}

const API = '/api/v1'
const list = (noun: string, ...queries: readonly string[]): readonly string[] =>
  queries.map((query) => `${API}/${noun}?per_page=50${query === '' ? '' : `&${query}`}`)

/** A deep page of a list of so many rows: the middle one or the last one. */
const pages = (rows: number): readonly string[] => {
  const last = Math.max(1, Math.ceil(rows / 50))
  return [`page=${Math.ceil(last / 2)}`, `page=${last}`]
}

const EVERY_STATUS = ['active', 'pending', 'incomplete', 'terminated', 'canceled']
  .map((status) => `status[]=${status}`)
  .join('&')

const PAYMENT_STATUSES = ['pending', 'processing', 'succeeded', 'failed']

const QUICK_TABS = [
  'status=draft',
  'status=finalized&payment_statuses[]=pending&payment_statuses[]=failed',
  'payment_overdue=true',
  'status=finalized&payment_status=succeeded',
  'status=failed',
  'status=voided',
  'payment_dispute_lost=true',
  'partially_paid=true',
  'self_billed=true',
]

/** What a list of fifty rows asks for to show names: their customers and a plan. */
function namesOf({ customers }: Sizes): string {
  const ids = Array.from({ length: 50 }, (_, n) => `customers[]=cust_${Math.floor((customers / 50) * n)}`)
  return `/api/weir/v1/names?${[...ids, 'plans[]=scale-eur', 'billable_metrics[]=requests'].join('&')}`
}

type Sizes = { readonly customers: number; readonly invoices: number; readonly month: string }

function listsOf({ customers, invoices, month }: Sizes): readonly string[] {
  const last = `${month.slice(0, 8)}28`
  const number = Math.floor(customers / 2)
  return [
    ...list('invoices', '', ...pages(invoices), ...QUICK_TABS),
    ...list(
      'invoices',
      'payment_overdue=true&page=300',
      'status=finalized&payment_status=succeeded&page=9000',
    ),
    ...list('invoices', 'currency=USD', 'currency=CHF', 'invoice_type=subscription', 'invoice_type=one_off'),
    ...list(
      'invoices',
      `issuing_date_from=${month}&issuing_date_to=${last}`,
      `currency=GBP&issuing_date_from=${month}`,
    ),
    ...list('invoices', `search_term=${number}`, `search_term=${encodeURIComponent(`Labs ${number}`)}`),
    ...list(
      'invoices',
      'search_term=nothing+of+this+name',
      'search_term=Northwind',
      `external_customer_id=cust_${number}`,
    ),
    ...list('customers', '', ...pages(customers), 'currencies[]=USD', 'account_type[]=partner'),
    ...list(
      'customers',
      `search_term=cust_${number}`,
      'search_term=Northwind',
      'search_term=nothing+of+this+name',
    ),
    ...list('customers', 'has_tax_identification_number=true'),
    ...list('subscriptions', EVERY_STATUS, ...pages(customers).map((page) => `${EVERY_STATUS}&${page}`)),
    ...list('subscriptions', 'plan_code=scale-usd', 'status[]=terminated', 'status[]=pending'),
    ...list('subscriptions', `external_customer_id=cust_${number}`),
    ...list('payments', '', ...pages(invoices * 0.9), `external_customer_id=cust_${number}`),
    ...list('payments', ...PAYMENT_STATUSES.map((status) => `payment_statuses[]=${status}`)),
    ...list(
      'payments',
      'payment_statuses[]=failed&payment_statuses[]=pending',
      'payment_status=succeeded&page=9000',
    ),
    ...list('credit_notes', '', ...pages(invoices / 50), 'reason=other', 'credit_status=available'),
    ...list('credit_notes', 'types[]=refund', 'search_term=Northwind', 'refund_status=failed'),
    ...list('wallets', '', ...pages(customers / 5), 'currency=USD'),
    ...list(
      'activity_logs',
      '',
      ...pages(invoices),
      'resource_types[]=Invoice',
      'activity_sources[]=system',
      'from_date=2026-11-01T00:00:00Z&to_date=2026-11-01T23:59:59.999Z',
      `external_customer_id=cust_${number}`,
    ),
    ...list('payment_requests', ''),
    ...list('payment_receipts', ''),
    ...list('events', 'unmatched=true'),
  ]
}

const MEASURES = ['gross_revenue', 'mrr', 'invoiced_usage', 'invoice_collection', 'usage']

/** Everything that is measured of an organization of such sizes; `month` is the first day of this one. */
export function callGroups(sizes: Sizes): readonly CallGroup[] {
  const number = Math.floor(sizes.customers / 2)
  const customer = `${API}/customers/cust_${number}`
  const spans = ['months=3', 'months=12', 'months=12&currency=EUR', 'months=24', '']
  const analytics = [
    ...MEASURES.flatMap((measure) => spans.map((query) => `${API}/analytics/${measure}?${query}`)),
    ...spans.map(
      (query) => `/api/weir/v1/analytics/overdue_totals?by=month${query === '' ? '' : `&${query}`}`,
    ),
    // No page asks for it: it names every invoice.
    `${API}/analytics/overdue_balance?months=12`,
  ]
  const texts = [
    `cust_${number}`,
    `Labs ${number}`,
    'northwind',
    'no',
    'nothing here',
    `billing${number}@`,
    'lar-',
    'Scale',
  ]
  return [
    { name: 'lists', budgetMs: 150, paths: [...listsOf(sizes), namesOf(sizes)] },
    { name: 'analytics', budgetMs: 150, paths: analytics },
    {
      name: 'palette',
      budgetMs: 100,
      paths: texts.map((text) => `/api/weir/v1/search?q=${encodeURIComponent(text)}`),
    },
    {
      name: 'customer page',
      budgetMs: 150,
      paths: [
        customer,
        `${customer}/subscriptions?per_page=50&status[]=active&status[]=pending&status[]=terminated&status[]=canceled`,
        `${customer}/invoices?per_page=6`,
        `${customer}/invoices?per_page=1&status=draft`,
        `${customer}/payments?per_page=50`,
        `${customer}/credit_notes?per_page=50`,
        `${customer}/wallets?per_page=50`,
        `/api/weir/v1/analytics/overdue_totals?external_customer_id=cust_${number}&currency=EUR`,
        `${API}/analytics/gross_revenue?external_customer_id=cust_${number}&currency=EUR`,
      ],
    },
    {
      name: 'home',
      budgetMs: 150,
      paths: [
        `${API}/analytics/gross_revenue?months=12`,
        `${API}/analytics/mrr?currency=EUR&months=2`,
        '/api/weir/v1/analytics/overdue_totals',
        ...[
          'status=failed',
          'payment_overdue=true',
          'status=finalized&payment_status=failed',
          'status=draft',
        ].map((query) => `${API}/invoices?per_page=1&${query}`),
        `${API}/activity_logs?per_page=8&${NEWS.map((type) => `activity_types[]=${type}`).join('&')}`,
      ],
    },
  ]
}
