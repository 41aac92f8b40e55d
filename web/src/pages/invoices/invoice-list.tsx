import type { ReactElement } from 'react'
import { useList } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import type { Invoice } from '../../api/types.ts'
import { CURRENCIES } from '../../format/countries.ts'
import { ButtonLink } from '../../parts/button.tsx'
import { ExportCsv } from '../../parts/export-csv.tsx'
import { Link, useAt } from '../../parts/link.tsx'
import { DayChip, FilterBar, FilterChip, SearchBox, useView } from '../../parts/list.tsx'
import { Page } from '../../parts/page.tsx'
import { SelectionBar, useSelection } from '../../parts/selection.tsx'
import { FinalizeDrafts } from './finalize-drafts.tsx'
import { INVOICE_CSV } from './invoice-csv.ts'
import { InvoiceTable } from './invoice-table.tsx'

type Params = Parameters<typeof useList>[2]

/** The quick tabs and what each asks the server for. */
const QUICK: readonly { readonly key: string; readonly label: string; readonly params: Params }[] = [
  { key: '', label: 'All', params: {} },
  { key: 'draft', label: 'Draft', params: { status: 'draft' } },
  {
    key: 'outstanding',
    label: 'Outstanding',
    params: { status: 'finalized', payment_statuses: ['pending', 'failed'] },
  },
  { key: 'overdue', label: 'Overdue', params: { payment_overdue: 'true' } },
  { key: 'paid', label: 'Paid', params: { status: 'finalized', payment_status: 'succeeded' } },
  { key: 'failed', label: 'Failed', params: { status: 'failed' } },
  { key: 'voided', label: 'Voided', params: { status: 'voided' } },
  { key: 'disputed', label: 'Disputed', params: { payment_dispute_lost: 'true' } },
  { key: 'partially_paid', label: 'Partially paid', params: { partially_paid: 'true' } },
  { key: 'self_billed', label: 'Self-billed', params: { self_billed: 'true' } },
]

const PAYMENTS = [
  { value: 'pending', label: 'Pending' },
  { value: 'succeeded', label: 'Succeeded' },
  { value: 'failed', label: 'Failed' },
]

/** Every invoice, with the usual questions as tabs. */
export function InvoiceList(): ReactElement {
  const view = useView()
  const at = useAt()
  const may = useMay()
  const quick = QUICK.find(({ key }) => key === view.get('view')) ?? QUICK[0]
  const filters = {
    search_term: view.get('q'),
    currency: view.get('currency'),
    invoice_type: view.get('type'),
    issuing_date_from: view.get('from'),
    issuing_date_to: view.get('to'),
    ...(view.get('payment') ? { payment_status: view.get('payment') } : {}),
    ...quick?.params,
  }
  const query = useList<Invoice>('/invoices', 'invoices', { page: view.page, per_page: 50, ...filters })
  const selection = useSelection(JSON.stringify(filters))
  const maySelect = quick?.key === 'draft' && may('invoices:update')
  return (
    <Page
      title="Invoices"
      action={
        <>
          <ExportCsv
            name="invoices"
            path="/invoices"
            root="invoices"
            params={filters}
            keyOf={({ lago_id }) => lago_id}
            columns={INVOICE_CSV}
          />
          {may('invoices:create') && (
            <ButtonLink href={at('/invoices/new')} kind="primary" icon="plus">
              One-off invoice
            </ButtonLink>
          )}
        </>
      }
      tabs={
        <nav className="tabs" aria-label="Kinds of invoices">
          {QUICK.map(({ key, label }) => (
            <Link
              key={key}
              href={view.hrefWith({ view: key, page: '' })}
              className="tab"
              aria-current={key === view.get('view') ? 'page' : undefined}
            >
              {label}
            </Link>
          ))}
        </nav>
      }
    >
      <FilterBar>
        <SearchBox view={view} label="Search invoices" />
        <FilterChip
          view={view}
          name="type"
          label="Type"
          options={[
            { value: 'subscription', label: 'Subscription' },
            { value: 'one_off', label: 'One-off' },
            { value: 'credit', label: 'Credits' },
            { value: 'advance_charges', label: 'Paid fees' },
            { value: 'progressive_billing', label: 'Progressive' },
          ]}
        />
        <FilterChip
          view={view}
          name="currency"
          label="Currency"
          options={CURRENCIES.slice(0, 12).map((code) => ({ value: code, label: code }))}
        />
        <FilterChip view={view} name="payment" label="Payment" options={PAYMENTS} />
        <DayChip view={view} name="from" label="Issued from" />
        <DayChip view={view} name="to" label="Until" />
      </FilterBar>
      <InvoiceTable
        query={query}
        view={view}
        filters={['q', 'currency', 'type', 'view', 'payment', 'from', 'to']}
        selection={maySelect ? selection : undefined}
      />
      {maySelect && query.data && (
        <SelectionBar selection={selection} total={query.data.meta.total_count} noun="draft">
          <FinalizeDrafts selection={selection} rows={query.data.rows} params={filters} />
        </SelectionBar>
      )}
    </Page>
  )
}
