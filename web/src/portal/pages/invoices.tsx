import { type ReactElement, useDeferredValue, useState } from 'react'
import type { OwnInvoice } from '../../api/types.ts'
import { formatDay } from '../../format/dates.ts'
import { formatCents } from '../../format/money.ts'
import { useRead } from '../api.ts'
import { type Say, useSay } from '../language.ts'
import { type Column, Loaded, Page, type Paged, Pages, Status, Table, type Tone } from '../parts.tsx'
import { Link } from '../route.tsx'
import type { WordKey } from '../words/en.ts'

/** How an invoice stands, in one word. */
export function InvoiceStatus({ invoice }: { readonly invoice: OwnInvoice }): ReactElement {
  const say = useSay()
  const [tone, word] = standingOf(invoice)
  return <Status tone={tone}>{say(word)}</Status>
}

function standingOf(invoice: OwnInvoice): readonly [Tone, WordKey] {
  if (invoice.status === 'voided') return ['neutral', 'voided']
  if (invoice.payment_status === 'succeeded' || invoice.due_amount_cents === 0) return ['success', 'paid']
  if (invoice.is_overdue) return ['warning', 'overdue']
  if (invoice.payment_status === 'failed') return ['danger', 'paymentFailed']
  return ['info', 'open']
}

const KINDS: Readonly<Record<string, WordKey>> = {
  subscription: 'ofSubscription',
  credit: 'ofCredits',
  one_off: 'ofOneOff',
  add_on: 'ofOneOff',
  progressive_billing: 'ofUsage',
  advance_charges: 'ofUsage',
}

/** What an invoice is for, in one word. */
export const kindOf = (say: Say, { kind }: OwnInvoice): string => say(KINDS[kind] ?? 'ofSubscription')

type Answer = Paged & { readonly invoices: readonly OwnInvoice[] }

/** Every invoice, the latest first. */
export function Invoices(): ReactElement {
  const say = useSay()
  const [search, setSearch] = useState('')
  const [page, setPage] = useState(1)
  const term = useDeferredValue(search.trim())
  const query = new URLSearchParams({ page: String(page), per_page: '20' })
  if (term !== '') query.set('search_term', term)
  const read = useRead<Answer>(`/invoices?${query}`)
  const columns: Column<OwnInvoice>[] = [
    {
      head: say('number'),
      cell: ({ id, number }) => <Link to={`invoices/${id}`}>{number}</Link>,
    },
    { head: say('date'), cell: ({ issuing_date }) => formatDay(issuing_date) },
    { head: say('kind'), cell: (invoice) => kindOf(say, invoice) },
    { head: say('due'), cell: ({ payment_due_date }) => formatDay(payment_due_date) },
    { head: say('status'), cell: (invoice) => <InvoiceStatus invoice={invoice} /> },
    {
      head: say('amount'),
      isNumber: true,
      cell: ({ total_amount_cents, currency }) => formatCents(total_amount_cents, currency),
    },
  ]
  return (
    <Page title={say('invoices')}>
      <div className="field portal-choice">
        <label htmlFor="search">{say('search')}</label>
        <input
          id="search"
          type="search"
          className="input"
          value={search}
          onChange={(event) => {
            setSearch(event.target.value)
            setPage(1)
          }}
        />
      </div>
      <div className="portal-card">
        <Loaded read={read}>
          {({ invoices, meta }) =>
            invoices.length === 0 ? (
              <p className="muted" role="status">
                {say(term === '' ? 'noInvoices' : 'noMatch')}
              </p>
            ) : (
              <>
                <Table caption={say('invoices')} columns={columns} rows={invoices} keyOf={({ id }) => id} />
                <Pages meta={meta} onPage={setPage} />
              </>
            )
          }
        </Loaded>
      </div>
    </Page>
  )
}
