import { queryOf } from '../../api/client.ts'
import { OWN_API, useRead } from '../../api/queries.ts'
import { csvLines } from '../../format/csv.ts'
import { toMajor, wholeCents } from '../../format/money.ts'

/** A sum as the API's analytics answer it: of a month and a currency, in cents that may have a fraction. */
export type Sum = {
  readonly month: string
  readonly amount_cents: number | string | null
  readonly currency: string | null
  readonly invoices_count?: number
  readonly payment_status?: string | null
  readonly code?: string
}

/** The pages of analytics: where their sums come from, what they mean, and what opens behind a sum. */
export const MEASURES = {
  revenue: {
    label: 'Revenue',
    path: '/analytics/gross_revenue',
    key: 'gross_revenues',
    means:
      'Totals of final invoices with taxes, less what was refunded, by month of issue; and fees in advance that have no invoice.',
  },
  mrr: {
    label: 'Recurring revenue',
    path: '/analytics/mrr',
    key: 'mrrs',
    means:
      'Subscription fees of invoices, less coupons and with taxes, spread over the months that they pay for. Usage and one-off fees do not count.',
  },
  overdue: {
    label: 'Overdue balance',
    // Without the ids of the invoices, which `overdue_balance` has: megabytes where ten thousands are late.
    path: `${OWN_API}/analytics/overdue_totals`,
    key: 'overdue_totals',
    means: 'What is left to pay of overdue invoices, by the month in which they were due.',
  },
  usage: {
    label: 'Invoiced usage',
    path: '/analytics/invoiced_usage',
    key: 'invoiced_usages',
    means: 'Fees of usage on invoices, less coupons and before taxes, by the month in which they were made.',
  },
  collection: {
    label: 'Collection',
    path: '/analytics/invoice_collection',
    key: 'invoice_collections',
    means: 'How the invoices of each month of issue are paid: totals with taxes.',
  },
} as const

export type Measure = keyof typeof MEASURES

export const isMeasure = (name: string): name is Measure => Object.hasOwn(MEASURES, name)

type Params = Readonly<Record<string, string>>

/** What is asked of the path of a measure. */
const paramsOf = (measure: Measure, filters: Params): Params =>
  measure === 'overdue' ? { by: 'month', ...filters } : filters

/** The call of the API behind a page of analytics. */
export const callOf = (measure: Measure, filters: Params): string =>
  `${MEASURES[measure].path}${queryOf(paramsOf(measure, filters))}`

/** The sums of a measure, the earliest month first. */
export function useSums(measure: Measure, filters: Params) {
  const { path, key } = MEASURES[measure]
  const query = useRead<Readonly<Record<string, readonly Sum[]>>>(path, paramsOf(measure, filters))
  const sums = [...(query.data?.[key] ?? [])].sort((a, b) => a.month.localeCompare(b.month))
  return { query, sums }
}

/** The currencies that sums are in; each has a page of its own, because currencies are never added. */
export const currenciesOf = (sums: readonly Sum[]): readonly string[] =>
  [...new Set(sums.flatMap(({ currency }) => currency ?? []))].sort()

export const centsOf = ({ amount_cents }: Sum): string => wholeCents(amount_cents)

/** The first and the last day of a month: `2026-02-01T…` is `2026-02-01` and `2026-02-28`. */
export function daysOf(month: string): readonly [from: string, to: string] {
  const from = month.slice(0, 10)
  const [year = 0, number = 1] = from.split('-').map(Number)
  const last = new Date(Date.UTC(year, number, 0)).toISOString()
  return [from, last.slice(0, 10)]
}

/** The invoices behind a sum, as an address of the dashboard below the organization. */
export function invoicesOf(measure: Measure, sum: Sum): string {
  const currency = sum.currency ?? ''
  if (measure === 'overdue') return `/invoices?${new URLSearchParams({ view: 'overdue', currency })}`
  const [from, to] = daysOf(sum.month)
  const status = sum.payment_status
  return `/invoices?${new URLSearchParams({
    currency,
    from,
    to,
    ...(measure === 'mrr' || measure === 'usage' ? { type: 'subscription' } : {}),
    ...(measure === 'collection' && status ? { payment: status } : {}),
  })}`
}

/** The sums as a CSV file; `part` is what a sum is of, where there are several of a month. */
export const csvOfSums = (sums: readonly Sum[], part: ((sum: Sum) => string) | null): string =>
  csvLines([
    ['Month', ...(part ? ['Of'] : []), 'Currency', 'Amount'],
    ...sums.map((sum) => [
      sum.month.slice(0, 7),
      ...(part ? [part(sum)] : []),
      sum.currency ?? '',
      toMajor(centsOf(sum), sum.currency ?? 'EUR'),
    ]),
  ])
