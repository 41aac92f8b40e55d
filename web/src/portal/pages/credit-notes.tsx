import { type ReactElement, useState } from 'react'
import type { OwnCreditNote, OwnReceipt } from '../../api/types.ts'
import { formatDate, formatDay } from '../../format/dates.ts'
import { formatCents } from '../../format/money.ts'
import { useRead } from '../api.ts'
import { useSay } from '../language.ts'
import {
  Card,
  type Column,
  downloadOf,
  Loaded,
  OpenButton,
  Page,
  type Paged,
  Pages,
  Table,
} from '../parts.tsx'
import { useSession, useShows } from '../session.ts'

/** Credit notes, and the receipts of payments. */
export function CreditNotes(): ReactElement {
  const say = useSay()
  const shows = useShows()
  return (
    <Page title={say('creditNotes')}>
      <Notes />
      {shows('invoices') && <Receipts />}
    </Page>
  )
}

function Notes(): ReactElement {
  const say = useSay()
  const [page, setPage] = useState(1)
  type Answer = Paged & { readonly credit_notes: readonly OwnCreditNote[] }
  const read = useRead<Answer>(`/credit_notes?page=${page}&per_page=20`)
  const columns: Column<OwnCreditNote>[] = [
    { head: say('number'), cell: ({ number }) => number },
    { head: say('invoice'), cell: ({ invoice_number }) => invoice_number },
    { head: say('date'), cell: ({ issuing_date }) => formatDay(issuing_date) },
    {
      head: say('amount'),
      isNumber: true,
      cell: (note) => formatCents(note.total_amount_cents, note.currency),
    },
    {
      head: say('refunded'),
      isNumber: true,
      cell: (note) => formatCents(note.refund_amount_cents, note.currency),
    },
    {
      head: say('left'),
      isNumber: true,
      cell: (note) => formatCents(note.balance_amount_cents, note.currency),
    },
    {
      head: say('download'),
      cell: ({ id, has_e_invoice }) => (
        <span className="line">
          <OpenButton path={`/credit_notes/${id}/download`} label={say('download')} isFile />
          {has_e_invoice && (
            <OpenButton path={`/credit_notes/${id}/download_xml`} label={say('downloadXml')} isFile />
          )}
        </span>
      ),
    },
  ]
  return (
    <Card>
      <Loaded read={read}>
        {({ credit_notes: notes, meta }) =>
          notes.length === 0 ? (
            <p className="muted">{say('noCreditNotes')}</p>
          ) : (
            <>
              <Table caption={say('creditNotes')} columns={columns} rows={notes} keyOf={({ id }) => id} />
              <Pages meta={meta} onPage={setPage} />
            </>
          )
        }
      </Loaded>
    </Card>
  )
}

function Receipts(): ReactElement {
  const say = useSay()
  const { customer } = useSession()
  const [page, setPage] = useState(1)
  type Answer = Paged & { readonly receipts: readonly OwnReceipt[] }
  const read = useRead<Answer>(`/receipts?page=${page}&per_page=20`)
  const columns: Column<OwnReceipt>[] = [
    { head: say('number'), cell: ({ number }) => number },
    { head: say('invoice'), cell: ({ invoice_numbers }) => invoice_numbers.join(', ') },
    { head: say('date'), cell: ({ paid_at }) => formatDate(paid_at, customer.timezone) },
    {
      head: say('amount'),
      isNumber: true,
      cell: ({ amount_cents, currency }) => formatCents(amount_cents, currency),
    },
    {
      head: say('download'),
      cell: ({ file_url, number }) =>
        file_url ? (
          <a href={downloadOf(file_url)} aria-label={`${say('download')}: ${number}`}>
            {say('download')}
          </a>
        ) : (
          say('preparing')
        ),
    },
  ]
  return (
    <Card title={say('receipts')}>
      <Loaded read={read}>
        {({ receipts, meta }) =>
          receipts.length === 0 ? (
            <p className="muted">{say('noReceipts')}</p>
          ) : (
            <>
              <Table caption={say('receipts')} columns={columns} rows={receipts} keyOf={({ id }) => id} />
              <Pages meta={meta} onPage={setPage} />
            </>
          )
        }
      </Loaded>
    </Card>
  )
}
