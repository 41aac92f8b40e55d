import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactElement } from 'react'
import type { ApiProblem } from '../../api/client.ts'
import { useNames, useZones } from '../../api/names.ts'
import type { Page } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import type { Subscription } from '../../api/types.ts'
import { formatDate } from '../../format/dates.ts'
import { formatCents } from '../../format/money.ts'
import { ButtonLink } from '../../parts/button.tsx'
import { useAt } from '../../parts/link.tsx'
import { List, type ViewState } from '../../parts/list.tsx'
import { Named } from '../../parts/named.tsx'
import { Empty } from '../../parts/states.tsx'
import { Status } from '../../parts/status.tsx'
import { PeriodBar } from './period-bar.tsx'

const EXAMPLE = {
  method: 'POST',
  path: '/subscriptions',
  body: { subscription: { external_customer_id: 'acme', external_id: 'acme-1', plan_code: 'starter' } },
} as const

/** The address of a subscription; one that has not started or has ended needs its status. */
export const subscriptionPath = ({
  external_id,
  status,
}: Pick<Subscription, 'external_id' | 'status'>): string =>
  `/subscriptions/${encodeURIComponent(external_id)}${status === 'active' ? '' : `?status=${status}`}`

/** Subscriptions, of everybody or of one customer. */
export function SubscriptionTable(props: {
  readonly query: UseQueryResult<Page<Subscription>, ApiProblem>
  readonly view: ViewState
  readonly customer?: string
  readonly filters?: readonly string[]
}): ReactElement {
  const { query, view, customer, filters = [] } = props
  const at = useAt()
  const may = useMay()
  const rows = query.data?.rows ?? []
  const shown = {
    customers: rows.map((each) => each.external_customer_id),
    plans: rows.map((each) => each.plan_code),
  }
  const nameOf = useNames(shown)
  const zones = useZones(shown)
  const create = may('subscriptions:create') ? (
    <ButtonLink
      href={at(`/subscriptions/new${customer ? `?customer=${encodeURIComponent(customer)}` : ''}`)}
      kind="primary"
      icon="plus"
    >
      New subscription
    </ButtonLink>
  ) : undefined
  return (
    <List
      label="subscriptions"
      query={query}
      view={view}
      filters={filters}
      keyOf={({ lago_id }) => lago_id}
      hrefOf={(subscription) => at(subscriptionPath(subscription))}
      columns={[
        {
          title: 'Subscription',
          cell: (each) => <Named name={each.name || each.external_id} code={each.external_id} />,
        },
        { title: 'Status', cell: (each) => <Status status={statusOf(each)} /> },
        ...(customer
          ? []
          : [
              {
                title: 'Customer',
                cell: (each: Subscription) => nameOf('customers', each.external_customer_id),
              },
            ]),
        { title: 'Plan', cell: (each) => nameOf('plans', each.plan_code) },
        {
          title: 'Base price',
          isNumber: true,
          isMinor: true,
          cell: (each) => formatCents(each.plan_amount_cents, each.plan_amount_currency),
        },
        {
          title: 'Current period',
          isMinor: true,
          cell: (each) => <PeriodBar subscription={each} zone={zones.get(each.external_customer_id)} />,
        },
        {
          title: 'Started',
          isMinor: true,
          cell: (each) => formatDate(each.started_at, zones.get(each.external_customer_id)),
        },
      ]}
      empty={
        <Empty icon="subscription" title="Start billing" action={create} write={EXAMPLE}>
          A subscription puts a customer on a plan. From its start on, usage is metered and invoices are made
          by themselves.
        </Empty>
      }
    />
  )
}

/** The status with what is about to happen. */
export function statusOf(each: Pick<Subscription, 'status' | 'ending_at' | 'next_plan_code'>): string {
  if (each.status === 'active' && each.next_plan_code) return 'downgrade_scheduled'
  if (each.status === 'active' && each.ending_at) return 'ending_soon'
  return each.status
}
