import type { ReactElement } from 'react'
import { useList } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import type { Plan, Subscription } from '../../api/types.ts'
import { ButtonLink } from '../../parts/button.tsx'
import { useAt } from '../../parts/link.tsx'
import { FilterBar, FilterChip, useView } from '../../parts/list.tsx'
import { Page } from '../../parts/page.tsx'
import { SubscriptionTable } from './subscription-table.tsx'

/** Every subscription; active ones unless the filter says otherwise. */
export function SubscriptionList(): ReactElement {
  const view = useView()
  const at = useAt()
  const may = useMay()
  const plans = useList<Plan>('/plans', 'plans', { per_page: 200 }, { enabled: may('plans:view') })
  const query = useList<Subscription>('/subscriptions', 'subscriptions', {
    page: view.page,
    per_page: 50,
    status: [view.get('status') || 'active'],
    plan_code: view.get('plan'),
  })
  return (
    <Page
      title="Subscriptions"
      action={
        may('subscriptions:create') && (
          <ButtonLink href={at('/subscriptions/new')} kind="primary" icon="plus">
            New subscription
          </ButtonLink>
        )
      }
    >
      <FilterBar>
        <FilterChip
          view={view}
          name="status"
          label="Status"
          options={['active', 'pending', 'terminated', 'canceled', 'incomplete'].map((each) => ({
            value: each,
            label: each,
          }))}
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
