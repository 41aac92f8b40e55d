import type { ReactElement } from 'react'
import { useNames } from '../../api/names.ts'
import { useList } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import type { Wallet } from '../../api/types.ts'
import { CURRENCIES } from '../../format/countries.ts'
import { ButtonLink } from '../../parts/button.tsx'
import { useAt } from '../../parts/link.tsx'
import { FilterBar, FilterChip, useView } from '../../parts/list.tsx'
import { Page } from '../../parts/page.tsx'
import { WalletTable } from './wallet-table.tsx'

/** Every wallet of every customer. */
export function WalletList(): ReactElement {
  const view = useView()
  const at = useAt()
  const may = useMay()
  const query = useList<Wallet>('/wallets', 'wallets', {
    page: view.page,
    per_page: 50,
    currency: view.get('currency'),
    external_customer_id: view.get('customer'),
  })
  const create = may('wallets:create') ? (
    <ButtonLink href={at('/wallets/new')} kind="primary" icon="plus">
      New wallet
    </ButtonLink>
  ) : undefined
  const customer = view.get('customer')
  const nameOf = useNames({ customers: [customer] })
  return (
    <Page title="Wallets" action={create}>
      <FilterBar>
        <FilterChip
          view={view}
          name="currency"
          label="Currency"
          options={CURRENCIES.map((value) => ({ value, label: value }))}
        />
        {customer !== '' && (
          <FilterChip
            view={view}
            name="customer"
            label="Customer"
            options={[{ value: customer, label: nameOf('customers', customer) }]}
          />
        )}
      </FilterBar>
      <WalletTable query={query} view={view} create={create} />
    </Page>
  )
}
