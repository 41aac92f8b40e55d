import type { ReactElement } from 'react'
import type { OwnInvoiceInFull } from '../../api/types.ts'
import { formatDate, formatDay, formatPeriod } from '../../format/dates.ts'
import { locale } from '../../format/locale.ts'
import { formatCents, formatRate } from '../../format/money.ts'
import { useRead } from '../api.ts'
import { BESIDE_FRAME } from '../frame.ts'
import { useSay } from '../language.ts'
import { Card, type Column, Facts, Loaded, OpenButton, Page, Status, Table } from '../parts.tsx'
import { useSession } from '../session.ts'
import { Transfer } from '../transfer.tsx'
import { InvoiceStatus, kindOf } from './invoices.tsx'

/** One invoice with its lines, and the way to pay it. */
export function Invoice({ id }: { readonly id: string }): ReactElement {
  const say = useSay()
  const read = useRead<{ invoice: OwnInvoiceInFull }>(
    `/invoices/${encodeURIComponent(id)}?locale=${locale()}`,
  )
  const invoice = read.data?.invoice
  const back = { to: 'invoices', label: say('invoices') }
  if (!invoice) {
    return (
      <Page title={say('invoice')} back={back}>
        <Loaded read={read}>{() => null}</Loaded>
      </Page>
    )
  }
  return (
    <Page
      title={invoice.number}
      back={back}
      status={<InvoiceStatus invoice={invoice} />}
      action={<Actions invoice={invoice} />}
    >
      <Card>
        <Facts
          facts={[
            [say('kind'), kindOf(say, invoice)],
            [say('date'), formatDay(invoice.issuing_date)],
            [say('due'), formatDay(invoice.payment_due_date)],
            ...(invoice.purchase_order_number
              ? ([[say('order'), invoice.purchase_order_number]] as const)
              : []),
            [say('total'), formatCents(invoice.total_amount_cents, invoice.currency)],
            [say('leftToPay'), formatCents(invoice.due_amount_cents, invoice.currency)],
          ]}
        />
      </Card>
      <Transfer invoice={invoice} />
      <Lines invoice={invoice} />
      {invoice.payments.length > 0 && <Payments invoice={invoice} />}
      <Question number={invoice.number} />
    </Page>
  )
}

/** A question about the invoice, to the address of who made it. */
function Question({ number }: { readonly number: string }): ReactElement | null {
  const say = useSay()
  const { brand } = useSession()
  if (!brand.email) return null
  return (
    <p>
      <a href={`mailto:${brand.email}?subject=${encodeURIComponent(`${say('invoice')} ${number}`)}`}>
        {say('askAbout')}
      </a>
    </p>
  )
}

type OfInvoice = { readonly invoice: OwnInvoiceInFull }

function Actions({ invoice }: OfInvoice): ReactElement {
  const say = useSay()
  const { is_view_only } = useSession()
  const path = `/invoices/${invoice.id}`
  return (
    <>
      <OpenButton path={`${path}/download`} label={say('download')} isFile />
      {invoice.has_e_invoice && (
        <OpenButton path={`${path}/download_xml`} label={say('downloadXml')} isFile />
      )}
      {invoice.can_be_paid && !is_view_only && (
        <OpenButton path={`${path}/payment_url`} label={say('payNow')} kind="primary" />
      )}
    </>
  )
}

type Fee = OwnInvoiceInFull['fees'][number]
/** A fee, or a part of its price. */
type Line = {
  readonly key: string
  readonly fee: Fee
  readonly part: Fee['parts'][number] | null
}

const linesOf = (fees: readonly Fee[]): Line[] =>
  fees.flatMap((fee) => [
    { key: fee.id, fee, part: null },
    ...fee.parts.map((part, n) => ({ key: `${fee.id} ${n}`, fee, part })),
  ])

function Item({ fee, part }: Pick<Line, 'fee' | 'part'>): ReactElement {
  const { customer } = useSession()
  if (part) return <span className="portal-part">{part.label}</span>
  return (
    <>
      {fee.name}
      {fee.detail && <span className="muted"> {fee.detail}</span>}
      {fee.from && (
        <span className="caption portal-under">{formatPeriod(fee.from, fee.to, customer.timezone)}</span>
      )}
    </>
  )
}

function Lines({ invoice }: OfInvoice): ReactElement {
  const say = useSay()
  const { currency } = invoice
  // As the PDF: the units and the price of a fee, unless they are those of its parts.
  const own = ({ fee, part }: Line) => part ?? (fee.parts.length === 0 ? fee.printed : null)
  const columns: Column<Line>[] = [
    { head: say('item'), cell: ({ fee, part }) => <Item fee={fee} part={part} /> },
    { head: say('units'), isNumber: true, cell: (line) => own(line)?.units },
    { head: say('unitPrice'), isNumber: true, cell: (line) => own(line)?.price },
    { head: say('tax'), isNumber: true, cell: ({ fee, part }) => (part ? '' : formatRate(fee.taxes_rate)) },
    {
      head: say('amount'),
      isNumber: true,
      cell: ({ fee, part }) =>
        part ? <span className="muted">{part.amount}</span> : formatCents(fee.amount_cents, currency),
    },
  ]
  return (
    <Card title={say('items')}>
      <Table caption={say('items')} columns={columns} rows={linesOf(invoice.fees)} keyOf={({ key }) => key} />
      <Totals invoice={invoice} />
    </Card>
  )
}

function Totals({ invoice }: OfInvoice): ReactElement {
  const say = useSay()
  const money = (cents: number | string) => formatCents(cents, invoice.currency)
  // An amount that is taken off is written with its sign, and not computed.
  const off = (name: string, cents: number) => (cents === 0 ? [] : [[name, money(`-${cents}`)] as const])
  const rows: (readonly [string, string])[] = [
    ...off(say('billedBefore'), invoice.progressive_billing_credit_amount_cents),
    ...off(say('discounts'), invoice.coupons_amount_cents),
    ...invoice.taxes.map((tax) => [`${tax.name} ${formatRate(tax.rate)}`, money(tax.amount_cents)] as const),
    ...off(say('creditNotes'), invoice.credit_notes_amount_cents),
    ...off(say('prepaid'), invoice.prepaid_credit_amount_cents),
    [say('total'), money(invoice.total_amount_cents)],
    ...off(say('alreadyPaid'), invoice.paid_amount_cents),
  ]
  return (
    <dl className="portal-totals">
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

function Payments({ invoice }: OfInvoice): ReactElement {
  const say = useSay()
  const { customer } = useSession()
  type Payment = OwnInvoiceInFull['payments'][number]
  const standing = (payment: Payment) => {
    if (payment.payment_status === 'succeeded') return <Status tone="success">{say('done')}</Status>
    if (payment.payment_status === 'failed') return <Status tone="danger">{say('notDone')}</Status>
    return <Status tone="info">{say('pending')}</Status>
  }
  const columns: Column<Payment>[] = [
    { head: say('date'), cell: ({ paid_at }) => formatDate(paid_at, customer.timezone) },
    {
      head: say('status'),
      cell: (payment) => (
        <span className="line">
          {standing(payment)}
          {payment.action_url && (
            <a href={payment.action_url} {...BESIDE_FRAME}>
              {say(payment.action_kind === 'transfer' ? 'transferDetails' : 'confirmPayment')}
            </a>
          )}
        </span>
      ),
    },
    {
      head: say('amount'),
      isNumber: true,
      cell: ({ amount_cents, currency }) => formatCents(amount_cents, currency),
    },
  ]
  return (
    <Card title={say('payments')}>
      <Table caption={say('payments')} columns={columns} rows={invoice.payments} keyOf={({ id }) => id} />
    </Card>
  )
}
