import { useParams } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { type NameOf, useNames } from '../../api/names.ts'
import { useList } from '../../api/queries.ts'
import { useOrganization } from '../../api/session.ts'
import type { BillingEntity } from '../../api/types.ts'
import { monthName, RevenueChart } from '../../charts/revenue-chart.tsx'
import { saveCsv } from '../../format/csv.ts'
import { formatCents } from '../../format/money.ts'
import { ApiCallButton } from '../../parts/api-call.tsx'
import { Button } from '../../parts/button.tsx'
import { Link, useAt } from '../../parts/link.tsx'
import { type Column, FilterBar, FilterChip, Table, useView } from '../../parts/list.tsx'
import { Card, None, Page } from '../../parts/page.tsx'
import { Empty, Loaded, NotFound } from '../../parts/states.tsx'
import { Status } from '../../parts/status.tsx'
import { Segments, Tabs } from '../../parts/tabs.tsx'
import {
  callOf,
  centsOf,
  csvOfSums,
  currenciesOf,
  invoicesOf,
  isMeasure,
  MEASURES,
  type Measure,
  type Sum,
  useSums,
} from './analytics-data.ts'
import { PartsChart } from './parts-chart.tsx'

const MONTHS = [
  { value: '3', label: '3 months' },
  { value: '12', label: '12 months' },
  { value: '24', label: '2 years' },
  { value: '60', label: '5 years' },
]
const MONTHS_SHOWN = '12'

/** Sums over invoices and fees: figures, pictures and the invoices behind them are those of the API. */
export function AnalyticsPage(): ReactElement {
  const { tab = 'revenue' } = useParams({ strict: false }) as { tab?: string }
  const at = useAt()
  const view = useView()
  if (!isMeasure(tab)) {
    return (
      <Page title="Analytics">
        <NotFound />
      </Page>
    )
  }
  const kept = new URLSearchParams()
  for (const name of ['currency', 'months', 'entity']) if (view.get(name)) kept.set(name, view.get(name))
  const search = kept.size > 0 ? `?${kept}` : ''
  return (
    <Page
      title={MEASURES[tab].label}
      crumbs={[{ label: 'Analytics', href: at('/analytics') }]}
      tabs={
        <Tabs
          label="Analytics"
          tabs={Object.entries(MEASURES).map(([name, { label }]) => ({
            href: at(`/analytics${name === 'revenue' ? '' : `/${name}`}${search}`),
            label,
            isCurrent: name === tab,
          }))}
        />
      }
    >
      <Sums key={tab} measure={tab} />
    </Page>
  )
}

function Sums({ measure }: { readonly measure: Measure }): ReactElement {
  const view = useView()
  const { default_currency } = useOrganization()
  const entities = useList<BillingEntity>('/billing_entities', 'billing_entities')
  const filters = {
    months: view.get('months') || MONTHS_SHOWN,
    billing_entity_code: view.get('entity'),
  }
  const { query, sums } = useSums(measure, filters)
  const currencies = currenciesOf(sums)
  const wanted = view.get('currency') || default_currency
  const currency = currencies.includes(wanted) ? wanted : (currencies[0] ?? wanted)
  const shown = sums.filter((sum) => sum.currency === currency)
  const nameOf = useNames({ billable_metrics: shown.map((sum) => sum.code) })
  const { means } = MEASURES[measure]
  const hasParts = measure === 'usage' || measure === 'collection'
  const csvOf = () => csvOfSums(shown, hasParts ? (sum) => partOf(measure, sum, nameOf) : null)
  return (
    <div className="stack-wide">
      <FilterBar>
        <Segments
          label="How far back"
          value={filters.months}
          onChange={(months) => view.set({ months: months === MONTHS_SHOWN ? '' : months })}
          options={MONTHS}
        />
        {(entities.data?.rows.length ?? 0) > 1 && (
          <FilterChip
            view={view}
            name="entity"
            label="Billing entity"
            options={(entities.data?.rows ?? []).map(({ code, name }) => ({ value: code, label: name }))}
          />
        )}
        {currencies.length > 1 && (
          <Segments
            label="Currency"
            value={currency}
            onChange={(next) => view.set({ currency: next })}
            options={currencies.map((code) => ({ value: code, label: code }))}
          />
        )}
        <span className="grow" />
        <ApiCallButton write={{ method: 'GET', path: callOf(measure, { currency, ...filters }) }} />
      </FilterBar>
      <p className="muted">{means}</p>
      <Loaded query={query}>
        {() =>
          shown.length === 0 ? (
            <Empty icon="chart" title="Nothing to add up">
              {measure === 'overdue'
                ? 'Nothing is overdue.'
                : 'No final invoice of these months counts here. Drafts and voided invoices do not.'}
            </Empty>
          ) : (
            <div className="stack-wide">
              <Card title={`By month, in ${currency}`}>
                <Picture measure={measure} sums={shown} currency={currency} nameOf={nameOf} />
              </Card>
              <Card
                title="What it is made of"
                isFlush
                aside={
                  <Button icon="download" onClick={() => saveCsv(`${measure}-${currency}.csv`, [csvOf()])}>
                    Export CSV
                  </Button>
                }
              >
                <Rows measure={measure} sums={shown} nameOf={nameOf} />
              </Card>
            </div>
          )
        }
      </Loaded>
    </div>
  )
}

type Shown = {
  readonly measure: Measure
  readonly sums: readonly Sum[]
  /** What metrics are called. */
  readonly nameOf: NameOf
}

function Picture(props: Shown & { readonly currency: string }): ReactElement {
  const { measure, sums, currency, nameOf } = props
  const { label } = MEASURES[measure]
  if (measure === 'usage' || measure === 'collection') {
    return (
      <PartsChart
        label={label}
        currency={currency}
        parts={sums.map((sum) => ({
          month: sum.month,
          part: partOf(measure, sum, nameOf),
          cents: centsOf(sum),
        }))}
      />
    )
  }
  return (
    <RevenueChart
      label={label}
      currency={currency}
      months={sums.map((sum) => ({ month: sum.month, cents: centsOf(sum) }))}
    />
  )
}

const PAYMENT_WORDS: Readonly<Record<string, string>> = {
  succeeded: 'Paid',
  pending: 'Pending',
  failed: 'Failed',
}

const partOf = (measure: Measure, { code, payment_status: status }: Sum, nameOf: NameOf): string =>
  measure === 'usage' ? nameOf('billable_metrics', code ?? '') : (PAYMENT_WORDS[status ?? ''] ?? 'Other')

function Rows({ measure, sums, nameOf }: Shown): ReactElement {
  const at = useAt()
  const part: readonly Column<Sum>[] =
    measure === 'usage'
      ? [
          {
            title: 'Metric',
            cell: ({ code }) => (
              <MetricLink code={code ?? ''} name={nameOf('billable_metrics', code ?? '')} />
            ),
          },
        ]
      : measure === 'collection'
        ? [
            {
              title: 'Payment',
              cell: (sum) => (
                <Status status={sum.payment_status ?? ''} label={partOf(measure, sum, nameOf)} />
              ),
            },
          ]
        : []
  const count: readonly Column<Sum>[] =
    measure === 'revenue' || measure === 'overdue' || measure === 'collection'
      ? [
          {
            title: 'Invoices',
            isNumber: true,
            isMinor: true,
            cell: ({ invoices_count: invoices }) => invoices?.toLocaleString() ?? <None />,
          },
        ]
      : []
  const columns: readonly Column<Sum>[] = [
    { title: 'Month', cell: ({ month }) => monthName(month, 'long') },
    ...part,
    ...count,
    {
      title: 'Amount',
      isNumber: true,
      cell: (sum) => formatCents(centsOf(sum), sum.currency ?? 'EUR'),
    },
  ]
  return (
    <Table
      label="sums"
      rows={[...sums].reverse()}
      columns={columns}
      keyOf={(sum) => `${sum.month} ${sum.code ?? sum.payment_status ?? ''}`}
      hrefOf={(sum) => at(invoicesOf(measure, sum))}
    />
  )
}

function MetricLink({ code, name }: { readonly code: string; readonly name: string }): ReactElement {
  const at = useAt()
  return (
    <Link className="in-text" href={at(`/metrics/${encodeURIComponent(code)}`)}>
      {name}
    </Link>
  )
}
