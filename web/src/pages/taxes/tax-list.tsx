import type { ReactElement } from 'react'
import { type NameOf, useNames } from '../../api/names.ts'
import { useList } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import type { Tax } from '../../api/types.ts'
import { formatDate } from '../../format/dates.ts'
import { formatRate } from '../../format/money.ts'
import { ButtonLink } from '../../parts/button.tsx'
import { useAt } from '../../parts/link.tsx'
import { type Column, List, useView } from '../../parts/list.tsx'
import { Named } from '../../parts/named.tsx'
import { None, Page } from '../../parts/page.tsx'
import { Empty } from '../../parts/states.tsx'
import { SettingsTabs } from '../settings/settings-tabs.tsx'

const EXAMPLE = {
  method: 'POST',
  path: '/taxes',
  body: { tax: { name: 'VAT', code: 'vat_20', rate: '20' } },
} as const

const columnsOf = (nameOf: NameOf): readonly Column<Tax>[] => [
  { title: 'Name', cell: ({ name, code }) => <Named name={name} code={code} /> },
  { title: 'Rate', isNumber: true, cell: ({ rate }) => formatRate(rate) },
  {
    title: 'Billing entities',
    cell: ({ applied_to_billing_entities_codes: codes }) =>
      codes?.map((code) => nameOf('billing_entities', code)).join(', ') || <None />,
  },
  { title: 'Description', isMinor: true, cell: ({ description }) => description || <None /> },
  { title: 'Created', isMinor: true, cell: ({ created_at }) => formatDate(created_at) },
]

/** Every tax. */
export function TaxList(): ReactElement {
  const view = useView()
  const at = useAt()
  const may = useMay()
  const query = useList<Tax>('/taxes', 'taxes', { page: view.page, per_page: 50 })
  const nameOf = useNames({
    billing_entities: query.data?.rows.flatMap((tax) => tax.applied_to_billing_entities_codes ?? []),
  })
  const create = may('organization:taxes:update') ? (
    <ButtonLink href={at('/settings/taxes/new')} kind="primary" icon="plus">
      New tax
    </ButtonLink>
  ) : undefined
  return (
    <Page
      title="Taxes"
      crumbs={[{ label: 'Settings', href: at('/settings') }]}
      action={create}
      tabs={<SettingsTabs />}
    >
      <List
        label="taxes"
        query={query}
        columns={columnsOf(nameOf)}
        keyOf={({ lago_id }) => lago_id}
        hrefOf={({ code }) => at(`/settings/taxes/${encodeURIComponent(code)}`)}
        view={view}
        empty={
          <Empty icon="invoice" title="Charge tax" action={create} write={EXAMPLE}>
            A tax is a rate with a name. The most specific one counts: of a charge, then a plan, then a
            customer, then the billing entity.
          </Empty>
        }
      />
    </Page>
  )
}
