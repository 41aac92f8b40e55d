import type { ReactElement } from 'react'
import { useList } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import type { PaymentProvider } from '../../api/types.ts'
import { ButtonLink } from '../../parts/button.tsx'
import { useAt } from '../../parts/link.tsx'
import { type Column, FilterBar, FilterChip, List, useView } from '../../parts/list.tsx'
import { Named } from '../../parts/named.tsx'
import { Page } from '../../parts/page.tsx'
import { Empty } from '../../parts/states.tsx'
import { Status, Tag } from '../../parts/status.tsx'
import { SettingsTabs } from '../settings/settings-tabs.tsx'
import { CONNECTIONS, MESSAGES_TEXT } from './connection-values.ts'
import { kindName, PROVIDER_KINDS } from './provider-kinds.ts'

const EXAMPLE = {
  method: 'POST',
  path: CONNECTIONS,
  body: { payment_provider: { type: 'stripe', code: 'main', name: 'Stripe', secret_key: 'sk_test_…' } },
} as const

const columns: readonly Column<PaymentProvider>[] = [
  { title: 'Name', cell: ({ name, code }) => <Named name={name} code={code} /> },
  { title: 'Provider', cell: ({ type }) => kindName(type) },
  { title: 'State', cell: ({ state }) => <Status status={state} /> },
  { title: 'Account', isMinor: true, cell: ({ mode }) => <Tag>{mode === 'live' ? 'Live' : 'Test'}</Tag> },
  { title: 'Messages', isMinor: true, cell: ({ webhook_state }) => MESSAGES_TEXT[webhook_state] },
  {
    title: 'Customers',
    isNumber: true,
    isMinor: true,
    cell: ({ customers_count }) => customers_count.toLocaleString(),
  },
]

const STATES = [
  { value: 'active', label: 'Active' },
  { value: 'failing', label: 'Failing' },
  { value: 'paused', label: 'Paused' },
]

/** Accounts at payment providers. */
export function ConnectionList(): ReactElement {
  const view = useView()
  const at = useAt()
  const may = useMay()
  const query = useList<PaymentProvider>(CONNECTIONS, 'payment_providers', {
    page: view.page,
    per_page: 50,
    type: view.get('type'),
    state: view.get('state'),
  })
  const create = may('organization:integrations:create') ? (
    <ButtonLink href={at('/settings/payment-providers/new')} kind="primary" icon="plus">
      New connection
    </ButtonLink>
  ) : undefined
  return (
    <Page
      title="Payment providers"
      crumbs={[{ label: 'Settings', href: at('/settings') }]}
      action={create}
      tabs={<SettingsTabs />}
    >
      <FilterBar>
        <FilterChip view={view} name="type" label="Provider" options={PROVIDER_KINDS} />
        <FilterChip view={view} name="state" label="State" options={STATES} />
      </FilterBar>
      <List
        label="connections"
        query={query}
        columns={columns}
        keyOf={({ lago_id }) => lago_id}
        hrefOf={({ lago_id }) => at(`/settings/payment-providers/${lago_id}`)}
        view={view}
        filters={['type', 'state']}
        empty={
          <Empty icon="payment" title="Have invoices paid by themselves" action={create} write={EXAMPLE}>
            Connect your account at a payment provider. Customers leave a card or a mandate there, and what
            they owe is charged when an invoice is issued.
          </Empty>
        }
      />
    </Page>
  )
}
