import type { ReactElement } from 'react'
import { type NameOf, useNames } from '../../api/names.ts'
import { useList } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import type { Customer } from '../../api/types.ts'
import { CURRENCIES, countryName } from '../../format/countries.ts'
import { formatDate } from '../../format/dates.ts'
import { ButtonLink } from '../../parts/button.tsx'
import { type CsvColumns, ExportCsv } from '../../parts/export-csv.tsx'
import { useAt } from '../../parts/link.tsx'
import { type Column, FilterBar, FilterChip, List, SearchBox, useView } from '../../parts/list.tsx'
import { Named } from '../../parts/named.tsx'
import { None, Page } from '../../parts/page.tsx'
import { Empty } from '../../parts/states.tsx'

const EXAMPLE = {
  method: 'POST',
  path: '/customers',
  body: {
    customer: { external_id: 'acme', name: 'Acme Inc.', email: 'billing@acme.example', currency: 'EUR' },
  },
} as const

/** The name of a customer as people say it. */
export const nameOf = (customer: Pick<Customer, 'name' | 'firstname' | 'lastname' | 'external_id'>): string =>
  customer.name || [customer.firstname, customer.lastname].filter(Boolean).join(' ') || customer.external_id

const columnsOf = (entityOf: NameOf): readonly Column<Customer>[] => [
  { title: 'Name', cell: (customer) => <Named name={nameOf(customer)} code={customer.external_id} /> },
  { title: 'Country', cell: ({ country }) => countryName(country) || <None />, isMinor: true },
  { title: 'E-mail', cell: ({ email }) => email ?? <None /> },
  { title: 'Currency', cell: ({ currency }) => currency ?? <None /> },
  {
    title: 'Billing entity',
    cell: ({ billing_entity_code: code }) => entityOf('billing_entities', code),
    isMinor: true,
  },
  { title: 'Created', cell: ({ created_at }) => formatDate(created_at), isMinor: true },
]

/** What a file of customers says of each. */
const CSV: CsvColumns<Customer> = [
  ['Customer id', ({ external_id }) => external_id],
  ['Name', nameOf],
  ['Legal name', ({ legal_name }) => legal_name],
  ['E-mail', ({ email }) => email],
  ['Currency', ({ currency }) => currency],
  ['Tax id', ({ tax_identification_number }) => tax_identification_number],
  ['Address', ({ address_line1 }) => address_line1],
  ['Postal code', ({ zipcode }) => zipcode],
  ['City', ({ city }) => city],
  ['Country', ({ country }) => country],
  ['Billing entity', ({ billing_entity_code }) => billing_entity_code],
  ['Created', ({ created_at }) => created_at],
  ['Id', ({ lago_id }) => lago_id],
]

/** Everybody who is billed. */
export function CustomerList(): ReactElement {
  const view = useView()
  const at = useAt()
  const may = useMay()
  const filters = {
    search_term: view.get('q'),
    ...(view.get('currency') ? { currencies: [view.get('currency')] } : {}),
    ...(view.get('type') ? { account_type: [view.get('type')] } : {}),
    has_tax_identification_number: view.get('tax_id'),
  }
  const query = useList<Customer>('/customers', 'customers', { page: view.page, per_page: 50, ...filters })
  const entityOf = useNames({ billing_entities: query.data?.rows.map((row) => row.billing_entity_code) })
  const create = may('customers:create') ? (
    <ButtonLink href={at('/customers/new')} kind="primary" icon="plus">
      New customer
    </ButtonLink>
  ) : undefined
  return (
    <Page
      title="Customers"
      action={
        <>
          <ExportCsv
            name="customers"
            path="/customers"
            root="customers"
            params={filters}
            keyOf={({ lago_id }) => lago_id}
            columns={CSV}
          />
          {create}
        </>
      }
    >
      <FilterBar>
        <SearchBox view={view} label="Search customers" />
        <FilterChip
          view={view}
          name="currency"
          label="Currency"
          options={CURRENCIES.slice(0, 12).map((code) => ({ value: code, label: code }))}
        />
        <FilterChip
          view={view}
          name="type"
          label="Account"
          options={[
            { value: 'customer', label: 'Customer' },
            { value: 'partner', label: 'Partner' },
          ]}
        />
        <FilterChip
          view={view}
          name="tax_id"
          label="Tax id"
          options={[
            { value: 'true', label: 'present' },
            { value: 'false', label: 'missing' },
          ]}
        />
      </FilterBar>
      <List
        label="customers"
        query={query}
        columns={columnsOf(entityOf)}
        keyOf={({ lago_id }) => lago_id}
        hrefOf={({ external_id }) => at(`/customers/${encodeURIComponent(external_id)}`)}
        view={view}
        filters={['q', 'currency', 'type', 'tax_id']}
        empty={
          <Empty icon="customer" title="Bill somebody" action={create} write={EXAMPLE}>
            A customer is whoever gets the invoices: a name, an address, a currency. Your own id links it to
            your product.
          </Empty>
        }
      />
    </Page>
  )
}
