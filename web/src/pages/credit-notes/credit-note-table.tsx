import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactElement, ReactNode } from 'react'
import type { ApiProblem } from '../../api/client.ts'
import type { Page } from '../../api/queries.ts'
import type { CreditNote } from '../../api/types.ts'
import { formatDay } from '../../format/dates.ts'
import { formatCents } from '../../format/money.ts'
import { useAt } from '../../parts/link.tsx'
import { type Column, List, type ViewState } from '../../parts/list.tsx'
import { None } from '../../parts/page.tsx'
import { Empty } from '../../parts/states.tsx'
import { Status } from '../../parts/status.tsx'
import { nameOf } from '../customers/customer-list.tsx'

export const REASONS: Readonly<Record<CreditNote['reason'], string>> = {
  duplicated_charge: 'Charged twice',
  product_unsatisfactory: 'Not satisfied',
  order_change: 'Order changed',
  order_cancellation: 'Order cancelled',
  fraudulent_charge: 'Fraud',
  other: 'Other',
}

/** The ways in which a credit note gives money back. */
export function noteTypes(note: CreditNote): string {
  const ways = [
    note.credit_amount_cents > 0 ? 'Credit' : '',
    note.refund_amount_cents > 0 ? 'Refund' : '',
    note.offset_amount_cents > 0 ? 'Offset' : '',
  ].filter(Boolean)
  return ways.join(' · ')
}

const EXAMPLE = {
  method: 'POST',
  path: '/credit_notes',
  body: {
    credit_note: {
      invoice_id: 'INVOICE_ID',
      reason: 'order_change',
      credit_amount_cents: 1000,
      items: [{ fee_id: 'FEE_ID', amount_cents: 1000 }],
    },
  },
} as const

const columnsOf = (hidesCustomer: boolean): readonly Column<CreditNote>[] => [
  { title: 'Number', cell: ({ number }) => number },
  { title: 'Type', cell: noteTypes },
  ...(hidesCustomer ? [] : [{ title: 'Customer', cell: ({ customer }: CreditNote) => nameOf(customer) }]),
  { title: 'Invoice', isMinor: true, cell: ({ invoice_number }) => invoice_number },
  {
    title: 'Amount',
    isNumber: true,
    cell: ({ total_amount_cents, currency }) => formatCents(total_amount_cents, currency),
  },
  {
    title: 'Remaining',
    isNumber: true,
    isMinor: true,
    cell: ({ balance_amount_cents, currency }) => formatCents(balance_amount_cents, currency),
  },
  {
    title: 'Credit',
    isMinor: true,
    cell: ({ credit_amount_cents: cents, credit_status }) =>
      cents > 0 ? <Status status={credit_status} /> : <None />,
  },
  {
    title: 'Refund',
    isMinor: true,
    cell: ({ refund_status }) => (refund_status ? <Status status={refund_status} /> : <None />),
  },
  { title: 'Issued', cell: ({ issuing_date }) => formatDay(issuing_date) },
]

/** Credit notes, of everybody, one customer or one invoice. */
export function CreditNoteTable(props: {
  readonly query: UseQueryResult<Page<CreditNote>, ApiProblem>
  readonly view: ViewState
  readonly hidesCustomer?: boolean
  readonly action?: ReactNode
}): ReactElement {
  const at = useAt()
  return (
    <List
      label="credit notes"
      query={props.query}
      view={props.view}
      columns={columnsOf(props.hidesCustomer ?? false)}
      keyOf={({ lago_id }) => lago_id}
      hrefOf={({ lago_id }) => at(`/credit-notes/${lago_id}`)}
      filters={['q', 'reason', 'credit', 'refund', 'type', 'currency', 'invoice']}
      empty={
        <Empty icon="creditNote" title="Give money back" action={props.action} write={EXAMPLE}>
          A credit note corrects a finalized invoice: as credit for later invoices, as a refund, or off what
          is still due. Make one from the invoice.
        </Empty>
      }
    />
  )
}
