import { useParams } from '@tanstack/react-router'
import { type ReactElement, useState } from 'react'
import { useOne } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import type { CreditNote } from '../../api/types.ts'
import { formatDay, formatTime } from '../../format/dates.ts'
import { formatCents, formatRate } from '../../format/money.ts'
import { ApiCallButton } from '../../parts/api-call.tsx'
import { Button, Code } from '../../parts/button.tsx'
import { Confirm } from '../../parts/dialog.tsx'
import { DocumentDialog, fileBy } from '../../parts/document-dialog.tsx'
import { Link, useAt } from '../../parts/link.tsx'
import { Table } from '../../parts/list.tsx'
import { LoadedPage } from '../../parts/loaded-page.tsx'
import { NameOnly } from '../../parts/named.tsx'
import { Card, Columns, Facts, Figure, Page } from '../../parts/page.tsx'
import { Problems } from '../../parts/problems.tsx'
import { SendByMail, sendItem } from '../../parts/send-by-mail.tsx'
import { Status } from '../../parts/status.tsx'
import { useRecent } from '../../shell/recent.ts'
import { ActivityList } from '../activity/activity-list.tsx'
import { nameOf } from '../customers/customer-list.tsx'
import { eInvoiceItem } from '../invoices/invoice-actions.tsx'
import { noteTypes, REASONS } from './credit-note-table.tsx'

/** One credit note: what it gives back, how, and what is left of it. */
export function CreditNoteDetail(): ReactElement {
  const { id = '' } = useParams({ strict: false }) as { id?: string }
  const at = useAt()
  const query = useOne<CreditNote>(`/credit_notes/${encodeURIComponent(id)}`, 'credit_note')
  return (
    <LoadedPage
      title="Credit note"
      crumbs={[{ label: 'Credit notes', href: at('/credit-notes') }]}
      query={query}
    >
      {(note) => <Detail note={note} />}
    </LoadedPage>
  )
}

function Detail({ note }: { readonly note: CreditNote }): ReactElement {
  const [opened, open] = useState<'pdf' | 'void' | 'mail' | null>(null)
  const at = useAt()
  const may = useMay()
  useRecent('Credit note', note.number)
  const path = `/credit_notes/${note.lago_id}`
  const hasCredit = note.credit_status === 'available' && note.balance_amount_cents > 0
  return (
    <Page
      title={note.number}
      crumbs={[{ label: 'Credit notes', href: at('/credit-notes') }]}
      status={note.credit_amount_cents > 0 && <Status status={note.credit_status} />}
      facts={
        <>
          <Link className="in-text" href={at(`/customers/${encodeURIComponent(note.customer.external_id)}`)}>
            {nameOf(note.customer)}
          </Link>
          <Link className="in-text" href={at(`/invoices/${note.lago_invoice_id}`)}>
            {note.invoice_number}
          </Link>
          <span>{noteTypes(note)}</span>
        </>
      }
      action={
        <Button icon="download" onClick={() => open('pdf')}>
          PDF
        </Button>
      }
      menu={[
        ...eInvoiceItem(note),
        ...(may('credit_notes:send')
          ? [sendItem({ email: note.customer.email, onSelect: () => open('mail') })]
          : []),
        ...(may('credit_notes:void')
          ? [
              {
                label: 'Void what is left',
                icon: 'close' as const,
                isDangerous: true,
                refusal: hasCredit ? undefined : 'No credit is left of it.',
                onSelect: () => open('void'),
              },
            ]
          : []),
      ]}
    >
      <Problems
        details={note.error_details ?? []}
        of={{ path, customerId: note.customer.external_id, entityCode: note.billing_entity_code }}
      />
      <Columns aside={<Aside note={note} />}>
        <Amounts note={note} />
        <Items note={note} />
        {may('audit_logs:view') && (
          <Card title="Activity" isFlush>
            <ActivityList params={{ resource_ids: [note.lago_id] }} />
          </Card>
        )}
      </Columns>
      {opened === 'pdf' && (
        <DocumentDialog
          title={note.number}
          version={`${note.lago_id} ${note.updated_at}`}
          find={fileBy(path, 'credit_note')}
          onClose={() => open(null)}
        />
      )}
      {opened === 'mail' && (
        <SendByMail
          path={path}
          name={note.number}
          email={note.customer.email ?? ''}
          onClose={() => open(null)}
        />
      )}
      <Confirm
        title={`Void what is left of ${note.number}?`}
        isOpen={opened === 'void'}
        onClose={() => open(null)}
        verb="Void credit"
        isDangerous
        write={{ method: 'PUT', path: `${path}/void` }}
        done="The rest of the credit was voided."
      >
        <p>
          {formatCents(note.balance_amount_cents, note.currency)} is no longer taken off later invoices. The
          credit note itself stays.
        </p>
      </Confirm>
    </Page>
  )
}

function Amounts({ note }: { readonly note: CreditNote }): ReactElement {
  const amount = (cents: number) => formatCents(cents, note.currency)
  return (
    <div className="figures">
      <Figure label="Total" value={amount(note.total_amount_cents)} note={REASONS[note.reason]} />
      {note.credit_amount_cents > 0 && (
        <Figure
          label="As credit"
          value={amount(note.credit_amount_cents)}
          note={`${amount(note.balance_amount_cents)} left`}
        />
      )}
      {note.refund_amount_cents > 0 && (
        <Figure
          label="As refund"
          value={amount(note.refund_amount_cents)}
          note={note.refund_status && <Status status={note.refund_status} />}
        />
      )}
      {note.offset_amount_cents > 0 && (
        <Figure label="Off what was due" value={amount(note.offset_amount_cents)} note="On its invoice" />
      )}
    </div>
  )
}

type Item = CreditNote['items'][number]

function Items({ note }: { readonly note: CreditNote }): ReactElement {
  const amount = (cents: number) => formatCents(cents, note.currency)
  const lines = [
    [
      'Coupons',
      `\u2212${amount(note.coupons_adjustment_amount_cents)}`,
      note.coupons_adjustment_amount_cents,
    ],
    ['Without taxes', amount(note.sub_total_excluding_taxes_amount_cents), 1],
    [`Taxes (${formatRate(note.taxes_rate)})`, amount(note.taxes_amount_cents), note.taxes_amount_cents],
    ['Total', amount(note.total_amount_cents), 1],
  ] as const
  return (
    <Card title="What it gives back" isFlush>
      <Table<Item>
        label="Items of the credit note"
        rows={note.items}
        keyOf={({ lago_id }) => lago_id}
        columns={[
          { title: 'Fee', cell: ({ fee }) => fee.item.invoice_display_name || fee.item.name },
          {
            title: 'Invoiced',
            isNumber: true,
            cell: ({ fee }) => formatCents(fee.amount_cents, note.currency),
          },
          { title: 'Given back', isNumber: true, cell: (item) => amount(item.amount_cents) },
        ]}
      />
      <dl className="note-totals">
        {lines.map(
          ([label, text, isShown]) =>
            isShown !== 0 && (
              <div key={label}>
                <dt>{label}</dt>
                <dd>{text}</dd>
              </div>
            ),
        )}
      </dl>
    </Card>
  )
}

function Aside({ note }: { readonly note: CreditNote }): ReactElement {
  return (
    <Card
      title="Facts"
      aside={<ApiCallButton write={{ method: 'GET', path: `/credit_notes/${note.lago_id}` }} />}
    >
      <Facts
        facts={[
          ['Number', <Code key="number" text={note.number} />],
          ['Issued', formatDay(note.issuing_date)],
          ['Reason', REASONS[note.reason]],
          ['Description', note.description],
          ['Billing entity', <NameOnly key="entity" kind="billing_entities" id={note.billing_entity_code} />],
          ['Order number', note.purchase_order_number],
          ['Created', formatTime(note.created_at)],
          ['Id', <Code key="id" text={note.lago_id} />],
        ]}
      />
    </Card>
  )
}
