import type { ReactElement } from 'react'
import { useList } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import type { BillableMetric } from '../../api/types.ts'
import { formatDate } from '../../format/dates.ts'
import { ButtonLink } from '../../parts/button.tsx'
import { useAt } from '../../parts/link.tsx'
import { type Column, List, useView } from '../../parts/list.tsx'
import { Named } from '../../parts/named.tsx'
import { None, Page } from '../../parts/page.tsx'
import { Empty } from '../../parts/states.tsx'
import { aggregationLabel } from './aggregations.tsx'

const EXAMPLE = {
  method: 'POST',
  path: '/billable_metrics',
  body: { billable_metric: { name: 'API calls', code: 'api_calls', aggregation_type: 'count_agg' } },
} as const

const columns: readonly Column<BillableMetric>[] = [
  { title: 'Name', cell: ({ name, code }) => <Named name={name} code={code} /> },
  { title: 'Aggregation', cell: ({ aggregation_type }) => aggregationLabel(aggregation_type) },
  {
    title: 'Field',
    cell: ({ field_name: field, expression }) =>
      field || expression ? <code>{field || expression}</code> : <None />,
    isMinor: true,
  },
  {
    title: 'Over periods',
    cell: ({ recurring }) => (recurring ? 'Carries over' : 'Starts from zero'),
    isMinor: true,
  },
  {
    title: 'Filters',
    cell: ({ filters }) => filters.map(({ key }) => key).join(', ') || <None />,
    isMinor: true,
  },
  { title: 'Created', cell: ({ created_at }) => formatDate(created_at), isMinor: true },
]

/** Everything that is measured. */
export function MetricList(): ReactElement {
  const view = useView()
  const at = useAt()
  const may = useMay()
  const query = useList<BillableMetric>('/billable_metrics', 'billable_metrics', {
    page: view.page,
    per_page: 50,
  })
  const create = may('billable_metrics:create') ? (
    <ButtonLink href={at('/metrics/new')} kind="primary" icon="plus">
      New metric
    </ButtonLink>
  ) : undefined
  return (
    <Page title="Metrics" action={create}>
      <List
        label="metrics"
        query={query}
        columns={columns}
        keyOf={({ lago_id }) => lago_id}
        hrefOf={({ code }) => at(`/metrics/${encodeURIComponent(code)}`)}
        view={view}
        empty={
          <Empty icon="metric" title="Measure something" action={create} write={EXAMPLE}>
            A metric says how events become units: API calls counted, tokens added up, seats counted once.
            Plans put prices on metrics.
          </Empty>
        }
      />
    </Page>
  )
}
