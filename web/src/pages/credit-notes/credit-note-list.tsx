import type { ReactElement } from 'react'
import { useList } from '../../api/queries.ts'
import type { CreditNote } from '../../api/types.ts'
import { toMajor } from '../../format/money.ts'
import { ButtonLink } from '../../parts/button.tsx'
import { type CsvColumns, ExportCsv } from '../../parts/export-csv.tsx'
import { useAt } from '../../parts/link.tsx'
import { FilterBar, FilterChip, SearchBox, useView } from '../../parts/list.tsx'
import { Page } from '../../parts/page.tsx'
import { nameOf } from '../customers/customer-list.tsx'
import { CreditNoteTable, noteTypes, REASONS } from './credit-note-table.tsx'

const options = (words: Readonly<Record<string, string>>) =>
  Object.entries(words).map(([value, label]) => ({ value, label }))

const amount =
  (of: (note: CreditNote) => number) =>
  (note: CreditNote): string =>
    toMajor(of(note), note.currency)

/** What a file of credit notes says of each. */
const CSV: CsvColumns<CreditNote> = [
  ['Number', ({ number }) => number],
  ['Type', noteTypes],
  ['Reason', ({ reason }) => REASONS[reason]],
  ['Customer', ({ customer }) => nameOf(customer)],
  ['Customer id', ({ customer }) => customer.external_id],
  ['Invoice', ({ invoice_number }) => invoice_number],
  ['Currency', ({ currency }) => currency],
  ['Taxes', amount((note) => note.taxes_amount_cents)],
  ['Total', amount((note) => note.total_amount_cents)],
  ['Credit', amount((note) => note.credit_amount_cents)],
  ['Refund', amount((note) => note.refund_amount_cents)],
  ['Offset', amount((note) => note.offset_amount_cents)],
  ['Remaining', amount((note) => note.balance_amount_cents)],
  ['Issued', ({ issuing_date }) => issuing_date],
  ['Id', ({ lago_id }) => lago_id],
]

/** Every credit note. */
export function CreditNoteList(): ReactElement {
  const view = useView()
  const at = useAt()
  const type = view.get('type')
  const filters = {
    search_term: view.get('q'),
    reason: view.get('reason'),
    credit_status: view.get('credit'),
    refund_status: view.get('refund'),
    invoice_number: view.get('invoice'),
    ...(type ? { types: [type] } : {}),
  }
  const query = useList<CreditNote>('/credit_notes', 'credit_notes', {
    page: view.page,
    per_page: 50,
    ...filters,
  })
  return (
    <Page
      title="Credit notes"
      action={
        <ExportCsv
          name="credit notes"
          path="/credit_notes"
          root="credit_notes"
          params={filters}
          keyOf={({ lago_id }) => lago_id}
          columns={CSV}
        />
      }
    >
      <FilterBar>
        <SearchBox view={view} label="Search credit notes" />
        <FilterChip
          view={view}
          name="type"
          label="Type"
          options={options({ credit: 'Credit', refund: 'Refund', offset: 'Offset' })}
        />
        <FilterChip view={view} name="reason" label="Reason" options={options(REASONS)} />
        <FilterChip
          view={view}
          name="credit"
          label="Credit"
          options={options({ available: 'Available', consumed: 'Consumed', voided: 'Voided' })}
        />
        <FilterChip
          view={view}
          name="refund"
          label="Refund"
          options={options({ pending: 'Pending', succeeded: 'Succeeded', failed: 'Failed' })}
        />
      </FilterBar>
      <CreditNoteTable
        query={query}
        view={view}
        action={
          <ButtonLink href={at('/invoices')} icon="invoice">
            Choose an invoice
          </ButtonLink>
        }
      />
    </Page>
  )
}
