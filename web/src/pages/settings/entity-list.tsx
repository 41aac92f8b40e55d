import type { ReactElement } from 'react'
import { useList } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import type { BillingEntity } from '../../api/types.ts'
import { countryName } from '../../format/countries.ts'
import { ButtonLink } from '../../parts/button.tsx'
import { useAt } from '../../parts/link.tsx'
import { type Column, List, useView } from '../../parts/list.tsx'
import { Named } from '../../parts/named.tsx'
import { None, Page } from '../../parts/page.tsx'
import { Empty } from '../../parts/states.tsx'
import { Tag } from '../../parts/status.tsx'
import { SettingsTabs } from './settings-tabs.tsx'

const columns: readonly Column<BillingEntity>[] = [
  { title: 'Name', cell: ({ name, code }) => <Named name={name} code={code} /> },
  { title: 'Country', cell: ({ country }) => countryName(country) || <None /> },
  { title: 'Currency', cell: ({ default_currency }) => default_currency },
  { title: 'Time zone', isMinor: true, cell: ({ timezone }) => timezone },
  { title: 'Number prefix', isMinor: true, cell: ({ document_number_prefix: prefix }) => prefix },
  { title: 'Default', cell: ({ is_default }) => (is_default ? <Tag>Default</Tag> : <None />) },
]

/** The companies that issue invoices. */
export function EntityList(): ReactElement {
  const view = useView()
  const at = useAt()
  const may = useMay()
  const query = useList<BillingEntity>('/billing_entities', 'billing_entities')
  const create = may('billing_entities:create') ? (
    <ButtonLink href={at('/settings/billing-entities/new')} kind="primary" icon="plus">
      New billing entity
    </ButtonLink>
  ) : undefined
  return (
    <Page
      title="Billing entities"
      crumbs={[{ label: 'Settings', href: at('/settings') }]}
      action={create}
      tabs={<SettingsTabs />}
    >
      <List
        label="billing entities"
        query={query}
        columns={columns}
        keyOf={({ lago_id }) => lago_id}
        hrefOf={({ code }) => at(`/settings/billing-entities/${encodeURIComponent(code)}`)}
        view={view}
        empty={
          <Empty icon="settings" title="Who issues the invoices" action={create}>
            A billing entity is a company of yours, with its address, currency, taxes and numbering.
          </Empty>
        }
      />
    </Page>
  )
}
