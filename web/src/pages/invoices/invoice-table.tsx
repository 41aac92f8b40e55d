import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactElement } from 'react'
import type { ApiProblem } from '../../api/client.ts'
import type { Page } from '../../api/queries.ts'
import type { Invoice } from '../../api/types.ts'
import { formatDay } from '../../format/dates.ts'
import { formatCents } from '../../format/money.ts'
import { useAt } from '../../parts/link.tsx'
import { type Column, List, type ViewState } from '../../parts/list.tsx'
import { None } from '../../parts/page.tsx'
import type { Selection } from '../../parts/selection.tsx'
import { Empty } from '../../parts/states.tsx'
import { Status } from '../../parts/status.tsx'
import { nameOf } from '../customers/customer-list.tsx'

type Listed = Pick<Invoice, 'status' | 'payment_status' | 'payment_overdue' | 'payment_dispute_lost_at'> & {
  readonly total_paid_amount_cents: number
  readonly total_due_amount_cents: number
}

/** The one word for where an invoice stands. */
export function stateOf(invoice: Listed): string {
  if (invoice.status !== 'finalized') return invoice.status
  if (invoice.payment_dispute_lost_at) return 'dispute_lost'
  if (invoice.payment_status === 'succeeded') return 'paid'
  if (invoice.payment_overdue) return 'overdue'
  if (invoice.payment_status === 'failed') return 'payment_failed'
  if (invoice.total_paid_amount_cents > 0) return 'partially_paid'
  return 'pending'
}

export const invoiceName = (invoice: Pick<Invoice, 'number' | 'status'>): string =>
  invoice.status === 'draft' || invoice.number === '' ? 'Draft' : invoice.number

const TYPES: Readonly<Record<string, string>> = {
  subscription: 'Subscription',
  one_off: 'One-off',
  credit: 'Credits',
  advance_charges: 'Paid fees',
  progressive_billing: 'Progressive',
  add_on: 'Add-on',
}

export const invoiceType = (type: string): string => TYPES[type] ?? type

function columnsOf(hidesCustomer: boolean): readonly Column<Invoice>[] {
  return [
    { title: 'Number', cell: (invoice) => invoiceName(invoice) },
    { title: 'Status', cell: (invoice) => <Status status={stateOf(invoice)} /> },
    ...(hidesCustomer
      ? []
      : [
          {
            title: 'Customer',
            cell: (invoice: Invoice) => (invoice.customer ? nameOf(invoice.customer) : <None />),
          },
        ]),
    { title: 'Type', isMinor: true, cell: (invoice) => invoiceType(invoice.invoice_type) },
    {
      title: 'Amount',
      isNumber: true,
      cell: (invoice) => formatCents(invoice.total_amount_cents, invoice.currency),
    },
    {
      title: 'Due',
      isNumber: true,
      isMinor: true,
      cell: (invoice) =>
        invoice.status === 'finalized' ? (
          formatCents(invoice.total_due_amount_cents, invoice.currency)
        ) : (
          <None />
        ),
    },
    { title: 'Issued', cell: (invoice) => formatDay(invoice.issuing_date) },
    { title: 'Due date', isMinor: true, cell: (invoice) => formatDay(invoice.payment_due_date) },
  ]
}

/** Invoices, of everybody or of one customer. */
export function InvoiceTable(props: {
  readonly query: UseQueryResult<Page<Invoice>, ApiProblem>
  readonly view: ViewState
  readonly hidesCustomer?: boolean
  readonly filters?: readonly string[]
  readonly selection?: Selection | undefined
}): ReactElement {
  const at = useAt()
  return (
    <List
      label="invoices"
      query={props.query}
      view={props.view}
      filters={props.filters ?? []}
      selection={props.selection}
      columns={columnsOf(props.hidesCustomer ?? false)}
      keyOf={({ lago_id }) => lago_id}
      hrefOf={({ lago_id }) => at(`/invoices/${lago_id}`)}
      empty={
        <Empty icon="invoice" title="No invoice yet" write={{ method: 'GET', path: '/invoices' }}>
          Invoices are made by themselves when a subscription starts and when its periods end. A draft can
          still be changed; a finalized one has its number.
        </Empty>
      }
    />
  )
}
