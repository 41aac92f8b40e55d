import type { ReactElement } from 'react'
import { useList } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import type { Plan } from '../../api/types.ts'
import { formatDate } from '../../format/dates.ts'
import { formatCents } from '../../format/money.ts'
import { ButtonLink } from '../../parts/button.tsx'
import { useAt } from '../../parts/link.tsx'
import { type Column, List, useView } from '../../parts/list.tsx'
import { Named } from '../../parts/named.tsx'
import { None, Page } from '../../parts/page.tsx'
import { Empty } from '../../parts/states.tsx'
import { modelLabel } from './models.tsx'

const EXAMPLE = {
  method: 'POST',
  path: '/plans',
  body: {
    plan: {
      name: 'Starter',
      code: 'starter',
      interval: 'monthly',
      amount_cents: 2900,
      amount_currency: 'EUR',
    },
  },
} as const

export const INTERVALS: Readonly<Record<Plan['interval'], string>> = {
  weekly: 'week',
  monthly: 'month',
  quarterly: 'quarter',
  semiannual: 'half-year',
  yearly: 'year',
}

/** What a period of a plan costs before any usage. */
export const basePrice = (plan: Plan): string =>
  `${formatCents(plan.amount_cents, plan.amount_currency)} / ${INTERVALS[plan.interval]}`

const columns: readonly Column<Plan>[] = [
  { title: 'Name', cell: ({ name, code }) => <Named name={name} code={code} /> },
  {
    title: 'Base price',
    isNumber: true,
    cell: basePrice,
  },
  {
    title: 'Usage charges',
    cell: ({ charges }) => {
      const models = [...new Set(charges.map((charge) => modelLabel(charge.charge_model)))]
      return charges.length === 0 ? <None /> : `${charges.length} · ${models.join(', ').toLowerCase()}`
    },
  },
  {
    title: 'Fixed charges',
    isMinor: true,
    isNumber: true,
    cell: ({ fixed_charges }) => fixed_charges?.length ?? 0,
  },
  { title: 'Billed', isMinor: true, cell: (plan) => (plan.pay_in_advance ? 'In advance' : 'In arrears') },
  { title: 'Created', isMinor: true, cell: ({ created_at }) => formatDate(created_at) },
]

/** Every plan that can be sold. */
export function PlanList(): ReactElement {
  const view = useView()
  const at = useAt()
  const may = useMay()
  const query = useList<Plan>('/plans', 'plans', { page: view.page, per_page: 50 })
  const create = may('plans:create') ? (
    <ButtonLink href={at('/plans/new')} kind="primary" icon="plus">
      New plan
    </ButtonLink>
  ) : undefined
  return (
    <Page title="Plans" action={create}>
      <List
        label="plans"
        query={query}
        columns={columns}
        keyOf={({ lago_id }) => lago_id}
        hrefOf={({ code }) => at(`/plans/${encodeURIComponent(code)}`)}
        view={view}
        empty={
          <Empty icon="plan" title="Put a price on it" action={create} write={EXAMPLE}>
            A plan is what customers subscribe to: a base price, prices for what they use, and how often they
            are billed. You see the bill while you write it.
          </Empty>
        }
      />
    </Page>
  )
}
