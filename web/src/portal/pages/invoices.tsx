import { type ReactElement, useDeferredValue, useState } from 'react'
import type { Invoiced, Owed, OwnInvoice } from '../../api/types.ts'
import { formatDay } from '../../format/dates.ts'
import { formatCents } from '../../format/money.ts'
import { useRead } from '../api.ts'
import { type Say, useSay } from '../language.ts'
import {
  Card,
  type Column,
  Loaded,
  OpenButton,
  Page,
  type Paged,
  Pages,
  Status,
  Table,
  type Tone,
} from '../parts.tsx'
import { Link } from '../route.tsx'
import { useSession } from '../session.ts'
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

type Totals = { readonly owed: readonly Owed[]; readonly invoiced: readonly Invoiced[] }

/** What was invoiced in all, and what is left of it; nothing before the first invoice. */
function Sums(): ReactElement | null {
  const say = useSay()
  const { data } = useRead<Totals>('/overview')
  if (!data || data.invoiced.length === 0) return null
  const lines = (of: readonly (readonly [cents: number, currency: string])[]) =>
    of.map(([cents, currency]) => (
      <p key={currency} className="portal-figure">
        {formatCents(cents, currency)}
      </p>
    ))
  const overdue = data.owed.filter(({ overdue_count }) => overdue_count > 0)
  return (
    <div className="portal-figures">
      <Card title={say('invoiced')}>
        {lines(data.invoiced.map((each) => [each.total_cents, each.currency]))}
      </Card>
      <Card title={say('toPay')}>
        {data.owed.length === 0 && <p className="portal-figure">{say('nothingToPay')}</p>}
        {lines(data.owed.map((each) => [each.due_cents, each.currency]))}
      </Card>
      {overdue.length > 0 && (
        <Card title={say('overdue')}>
          {lines(overdue.map((each) => [each.overdue_cents, each.currency]))}
        </Card>
      )}
    </div>
  )
}

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
  const { can_pay, is_view_only } = useSession()
  // A column of buttons only where one of the invoices can be paid on a page.
  const isPaid = can_pay && !is_view_only && (read.data?.invoices.some((each) => each.can_be_paid) ?? false)
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
    ...(isPaid
      ? [
          {
            head: say('payNow'),
            cell: ({ id, number, can_be_paid }: OwnInvoice) =>
              can_be_paid && (
                <OpenButton
                  path={`/invoices/${id}/payment_url`}
                  label={say('payNow')}
                  describedAs={`${say('payNow')}: ${number}`}
                />
              ),
          },
        ]
      : []),
  ]
  return (
    <Page title={say('invoices')}>
      <Sums />
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
