import type { ReactElement } from 'react'
import { useList } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import type { Plan, Subscription } from '../../api/types.ts'
import { ButtonLink } from '../../parts/button.tsx'
import { type CsvColumns, ExportCsv } from '../../parts/export-csv.tsx'
import { useAt } from '../../parts/link.tsx'
import { FilterBar, FilterChip, useView } from '../../parts/list.tsx'
import { Page } from '../../parts/page.tsx'
import { statusWords } from '../../parts/status.tsx'
import { SubscriptionTable } from './subscription-table.tsx'

const STATUSES = ['active', 'pending', 'incomplete', 'terminated', 'canceled']

/** What a file of subscriptions says of each. */
const CSV: CsvColumns<Subscription> = [
  ['Subscription id', ({ external_id }) => external_id],
  ['Name', ({ name }) => name],
  ['Status', ({ status }) => status],
  ['Customer id', ({ external_customer_id }) => external_customer_id],
  ['Plan', ({ plan_code }) => plan_code],
  ['Billed on', ({ billing_time }) => billing_time],
  ['Started', ({ started_at }) => started_at],
  ['Ends', ({ ending_at }) => ending_at],
  ['Terminated', ({ terminated_at }) => terminated_at],
  ['Period from', ({ current_billing_period_started_at: from }) => from],
  ['Period to', ({ current_billing_period_ending_at: to }) => to],
  ['Id', ({ lago_id }) => lago_id],
]

/** Every subscription. */
export function SubscriptionList(): ReactElement {
  const view = useView()
  const at = useAt()
  const may = useMay()
  const plans = useList<Plan>('/plans', 'plans', { per_page: 200 }, { enabled: may('plans:view') })
  const filters = {
    status: view.get('status') ? [view.get('status')] : STATUSES,
    plan_code: view.get('plan'),
  }
  const query = useList<Subscription>('/subscriptions', 'subscriptions', {
    page: view.page,
    per_page: 50,
    ...filters,
  })
  return (
    <Page
      title="Subscriptions"
      action={
        <>
          <ExportCsv
            name="subscriptions"
            path="/subscriptions"
            root="subscriptions"
            params={filters}
            keyOf={({ lago_id }) => lago_id}
            columns={CSV}
          />
          {may('subscriptions:create') && (
            <ButtonLink href={at('/subscriptions/new')} kind="primary" icon="plus">
              New subscription
            </ButtonLink>
          )}
        </>
      }
    >
      <FilterBar>
        <FilterChip
          view={view}
          name="status"
          label="Status"
          options={STATUSES.map((each) => ({ value: each, label: statusWords(each) }))}
        />
        <FilterChip
          view={view}
          name="plan"
          label="Plan"
          options={(plans.data?.rows ?? []).map(({ code, name }) => ({ value: code, label: name }))}
        />
      </FilterBar>
      <SubscriptionTable query={query} view={view} filters={['status', 'plan']} />
    </Page>
  )
}
