import type { ReactElement } from 'react'
import { useList } from '../../api/queries.ts'
import type { CreditNote } from '../../api/types.ts'
import { ButtonLink } from '../../parts/button.tsx'
import { useAt } from '../../parts/link.tsx'
import { FilterBar, FilterChip, SearchBox, useView } from '../../parts/list.tsx'
import { Page } from '../../parts/page.tsx'
import { CreditNoteTable, REASONS } from './credit-note-table.tsx'

const options = (words: Readonly<Record<string, string>>) =>
  Object.entries(words).map(([value, label]) => ({ value, label }))

/** Every credit note. */
export function CreditNoteList(): ReactElement {
  const view = useView()
  const at = useAt()
  const type = view.get('type')
  const query = useList<CreditNote>('/credit_notes', 'credit_notes', {
    page: view.page,
    per_page: 50,
    search_term: view.get('q'),
    reason: view.get('reason'),
    credit_status: view.get('credit'),
    refund_status: view.get('refund'),
    invoice_number: view.get('invoice'),
    ...(type ? { types: [type] } : {}),
  })
  return (
    <Page title="Credit notes">
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
