import type { ReactElement } from 'react'
import { useNow } from '../../api/now.ts'
import { OWN_API, useList, useRead } from '../../api/queries.ts'
import { useMay, useOrganization } from '../../api/session.ts'
import type { Invoice } from '../../api/types.ts'
import { RevenueChart } from '../../charts/revenue-chart.tsx'
import { singular } from '../../format/counts.ts'
import { formatMonth } from '../../format/dates.ts'
import { formatCents, wholeCents } from '../../format/money.ts'
import { Icon, type IconName } from '../../parts/icon.tsx'
import { Link, useAt } from '../../parts/link.tsx'
import { useView } from '../../parts/list.tsx'
import { Card, Figure, Page } from '../../parts/page.tsx'
import { Loaded } from '../../parts/states.tsx'
import { Segments } from '../../parts/tabs.tsx'
import { RecentActivity } from '../activity/activity-list.tsx'
import { Checklist, useChecklist } from './checklist.tsx'

/** What is going on today, and what needs somebody. */
export function Home(): ReactElement {
  const may = useMay()
  const { isShown, isSettled, items, hide } = useChecklist()
  return (
    <Page title="Home">
      <div className="stack-wide">
        {isShown && <Checklist items={items} onHide={hide} />}
        {/* The checklist comes first, so that nothing moves when it appears. */}
        <div className="stack-wide" hidden={!isSettled}>
          {may('analytics:view') && <Money />}
          <div className="split">
            {may('invoices:view') && <NeedsAttention />}
            {may('audit_logs:view') && (
              <Card title="Recent activity" isFlush>
                <RecentActivity />
              </Card>
            )}
          </div>
        </div>
      </div>
    </Page>
  )
}

type Month = {
  readonly month: string
  readonly amount_cents: number | string | null
  readonly currency: string | null
}

const newestFirst = (months: readonly Month[]): readonly Month[] =>
  [...months].sort((a, b) => b.month.localeCompare(a.month))

/** Such as 2026-11, in UTC, as analytics count months. */
function monthText(now: number, monthsBack: number): string {
  const today = new Date(now)
  return new Date(Date.UTC(today.getUTCFullYear(), today.getUTCMonth() - monthsBack))
    .toISOString()
    .slice(0, 7)
}

/** What is left to pay of all overdue invoices in a currency, and how many they are. */
type Overdue = {
  readonly currency: string
  readonly amount_cents: number | string
  readonly invoices_count: number
}

/** Revenue by month, with what is recurring and what is late, as the API's analytics give them. */
function Money(): ReactElement {
  const { default_currency } = useOrganization()
  const view = useView()
  const all = useRead<{ gross_revenues: readonly Month[] }>('/analytics/gross_revenue', { months: 12 })
  const billed = [
    ...new Set((all.data?.gross_revenues ?? []).flatMap(({ currency }) => currency ?? [])),
  ].sort()
  const first = billed.includes(default_currency) ? default_currency : (billed[0] ?? default_currency)
  const currency = view.get('currency') || first
  const mrr = useRead<{ mrrs: readonly Month[] }>('/analytics/mrr', { currency, months: 2 })
  const overdue = useRead<{ overdue_totals: readonly Overdue[] }>(`${OWN_API}/analytics/overdue_totals`)
  const now = useNow()
  /** The sum of a month, counted back from this one; a month without any has no entry. */
  const show = (months: readonly Month[] | undefined, monthsBack = 0) => {
    const wanted = monthText(now, monthsBack)
    const found = months?.find((each) => each.currency === currency && each.month.startsWith(wanted))
    return formatCents(wholeCents(found?.amount_cents), currency)
  }
  const late = overdue.data?.overdue_totals.find((each) => each.currency === currency)
  const lateCount = late?.invoices_count ?? 0
  return (
    <div className="home-money">
      <Loaded query={all} rows={3}>
        {({ gross_revenues }) => {
          const months = newestFirst(gross_revenues.filter((month) => month.currency === currency))
          return (
            <Card
              title="Revenue"
              aside={
                billed.length > 1 ? (
                  <Segments
                    label="Currency"
                    value={currency}
                    onChange={(next) => view.set({ currency: next })}
                    options={billed.map((code) => ({ value: code, label: code }))}
                  />
                ) : (
                  <span className="muted">{currency}, by month of issue</span>
                )
              }
            >
              <div className="figures figures-flat">
                <Figure label="This month" value={show(gross_revenues)} />
                <Figure label="Last month" value={show(gross_revenues, 1)} />
                <Figure
                  label={`Recurring, ${formatMonth(monthText(now, 1))}`}
                  value={show(mrr.data?.mrrs, 1)}
                />
                <Figure
                  label="Overdue"
                  value={formatCents(wholeCents(late?.amount_cents), currency)}
                  note={`${lateCount.toLocaleString()} ${lateCount === 1 ? 'invoice' : 'invoices'}`}
                />
              </div>
              {months.length === 0 ? (
                <p className="chart-months chart-empty muted">
                  The first invoice begins the chart of your revenue.
                </p>
              ) : (
                <RevenueChart
                  currency={currency}
                  months={[...months].reverse().map(({ month, amount_cents }) => ({
                    month,
                    cents: wholeCents(amount_cents),
                  }))}
                />
              )}
            </Card>
          )
        }}
      </Loaded>
    </div>
  )
}

/** How many invoices fit. */
function useInvoiceCount(params: Parameters<typeof useList>[2]): number | undefined {
  return useList<Invoice>('/invoices', 'invoices', { per_page: 1, ...params }).data?.meta.total_count
}

type Need = {
  readonly label: string
  readonly icon: IconName
  readonly count: number | undefined
  readonly href: string
}

function NeedsAttention(): ReactElement {
  const at = useAt()
  const may = useMay()
  const failed = useInvoiceCount({ status: 'failed' })
  const overdue = useInvoiceCount({ payment_overdue: 'true' })
  const unpaid = useInvoiceCount({ status: 'finalized', payment_status: 'failed' })
  const drafts = useInvoiceCount({ status: 'draft' })
  const unmatched = useUnmatchedNeed(may('developers:manage'))
  const needs: readonly Need[] = [
    {
      label: 'failed invoices',
      icon: 'alert',
      count: failed,
      href: '/invoices?view=failed',
    },
    {
      label: 'overdue invoices',
      icon: 'clock',
      count: overdue,
      href: '/invoices?view=overdue',
    },
    {
      label: 'failed payments',
      icon: 'payment',
      count: unpaid,
      href: '/invoices?payment=failed',
    },
    { label: 'drafts', icon: 'invoice', count: drafts, href: '/invoices?view=draft' },
    ...unmatched,
  ]
  const shown = needs.filter((need) => (need.count ?? 0) > 0)
  return (
    <Card title="Needs attention">
      {shown.length === 0 ? (
        <p className="muted">Nothing waits for you.</p>
      ) : (
        <ul className="needs">
          {shown.map(({ label, icon, count: n, href }) => (
            <li key={label}>
              <Link href={at(href)}>
                <Icon name={icon} />
                <strong>{n?.toLocaleString()}</strong> {n === 1 ? singular(label) : label}
                <span className="grow" />
                <Icon name="right" />
              </Link>
            </li>
          ))}
        </ul>
      )}
    </Card>
  )
}

function useUnmatchedNeed(isOn: boolean): readonly Need[] {
  const query = useList('/events', 'events', { unmatched: 'true', per_page: 1 }, { enabled: isOn })
  if (!isOn) return []
  return [
    {
      label: 'events that match nothing',
      icon: 'event',
      count: query.data?.meta.total_count,
      href: '/developers/events?state=unmatched',
    },
  ]
}
