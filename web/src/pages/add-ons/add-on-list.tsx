import type { ReactElement } from 'react'
import { useList } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import type { AddOn } from '../../api/types.ts'
import { formatDate } from '../../format/dates.ts'
import { formatCents } from '../../format/money.ts'
import { ButtonLink } from '../../parts/button.tsx'
import { useAt } from '../../parts/link.tsx'
import { type Column, List, useView } from '../../parts/list.tsx'
import { Named } from '../../parts/named.tsx'
import { None, Page } from '../../parts/page.tsx'
import { Empty } from '../../parts/states.tsx'

const EXAMPLE = {
  method: 'POST',
  path: '/add_ons',
  body: {
    add_on: { name: 'Set-up', code: 'set_up', amount_cents: 25_000, amount_currency: 'EUR' },
  },
} as const

const columns: readonly Column<AddOn>[] = [
  { title: 'Name', cell: ({ name, code }) => <Named name={name} code={code} /> },
  {
    title: 'Price',
    isNumber: true,
    cell: ({ amount_cents, amount_currency }) => formatCents(amount_cents, amount_currency),
  },
  {
    title: 'Taxes',
    isMinor: true,
    cell: ({ taxes }) => taxes.map(({ name }) => name).join(', ') || <None />,
  },
  {
    title: 'Name on invoices',
    isMinor: true,
    cell: ({ invoice_display_name }) => invoice_display_name || <None />,
  },
  { title: 'Created', isMinor: true, cell: ({ created_at }) => formatDate(created_at) },
]

/** Everything that is sold once, outside of subscriptions. */
export function AddOnList(): ReactElement {
  const view = useView()
  const at = useAt()
  const may = useMay()
  const query = useList<AddOn>('/add_ons', 'add_ons', { page: view.page, per_page: 50 })
  const create = may('addons:create') ? (
    <ButtonLink href={at('/add-ons/new')} kind="primary" icon="plus">
      New add-on
    </ButtonLink>
  ) : undefined
  return (
    <Page title="Add-ons" action={create}>
      <List
        label="add-ons"
        query={query}
        columns={columns}
        keyOf={({ lago_id }) => lago_id}
        hrefOf={({ code }) => at(`/add-ons/${encodeURIComponent(code)}`)}
        view={view}
        empty={
          <Empty icon="addOn" title="Sell something once" action={create} write={EXAMPLE}>
            An add-on is a price for one-off invoices, such as a set-up fee, and for fixed charges of plans.
          </Empty>
        }
      />
    </Page>
  )
}
