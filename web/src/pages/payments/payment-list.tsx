import type { UseQueryResult } from '@tanstack/react-query'
import { useLocation, useParams } from '@tanstack/react-router'
import { type ReactElement, useState } from 'react'
import type { ApiProblem } from '../../api/client.ts'
import { type NameOf, useNames } from '../../api/names.ts'
import { type Page as PageOf, useList, useOne } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import type { Payment } from '../../api/types.ts'
import { formatDate, formatTime } from '../../format/dates.ts'
import { formatCents, toMajor } from '../../format/money.ts'
import { ApiCallButton } from '../../parts/api-call.tsx'
import { Button, ButtonLink, Code } from '../../parts/button.tsx'
import { DocumentDialog } from '../../parts/document-dialog.tsx'
import { type CsvColumns, ExportCsv } from '../../parts/export-csv.tsx'
import { Link, useAt } from '../../parts/link.tsx'
import {
  type Column,
  FilterBar,
  FilterChip,
  List,
  TextFilter,
  useView,
  type ViewState,
} from '../../parts/list.tsx'
import { LoadedPage } from '../../parts/loaded-page.tsx'
import { NameOnly } from '../../parts/named.tsx'
import { Card, Columns, Facts, None, Page } from '../../parts/page.tsx'
import { Empty } from '../../parts/states.tsx'
import { Status, statusWords } from '../../parts/status.tsx'
import { Tabs } from '../../parts/tabs.tsx'
import { kindName } from '../connections/provider-kinds.ts'
import { WhyItFailed } from './failure.tsx'
import { PaymentJournal, RetryPayment, usePaymentMenu } from './payment-journal.tsx'

const EXAMPLE = {
  method: 'POST',
  path: '/payments',
  body: { payment: { invoice_id: 'INVOICE_ID', amount_cents: 4900, reference: 'Bank transfer' } },
} as const

const methodOf = ({ type, payment_provider_type: named }: Payment): string => {
  if (type === 'manual') return 'By hand'
  return named ? kindName(named.replace(/^PaymentProviders::(\w+)Provider$/, '$1').toLowerCase()) : 'Provider'
}

const paymentName = (payment: Payment): string => payment.reference || payment.invoice_numbers.join(', ')

const columnsOf = (hidesCustomer: boolean, nameOf: NameOf): readonly Column<Payment>[] => [
  { title: 'Reference', cell: paymentName },
  { title: 'Status', cell: ({ payment_status }) => <Status status={payment_status} /> },
  ...(hidesCustomer
    ? []
    : [{ title: 'Customer', cell: ({ external_customer_id: id }: Payment) => nameOf('customers', id) }]),
  { title: 'Invoices', isMinor: true, cell: ({ invoice_numbers }) => invoice_numbers.join(', ') || <None /> },
  {
    title: 'Amount',
    isNumber: true,
    cell: ({ amount_cents, amount_currency }) => formatCents(amount_cents, amount_currency),
  },
  { title: 'Method', isMinor: true, cell: methodOf },
  { title: 'Paid', cell: ({ created_at }) => formatDate(created_at) },
]

/** What a file of payments says of each. */
const CSV: CsvColumns<Payment> = [
  ['Reference', ({ reference }) => reference],
  ['Status', ({ payment_status }) => payment_status],
  ['Customer id', ({ external_customer_id }) => external_customer_id],
  ['Invoices', ({ invoice_numbers }) => invoice_numbers.join(' ')],
  ['Currency', ({ amount_currency }) => amount_currency],
  ['Amount', ({ amount_cents, amount_currency }) => toMajor(amount_cents, amount_currency)],
  ['Method', methodOf],
  ['Id at the provider', ({ provider_payment_id }) => provider_payment_id],
  ['Paid', ({ created_at }) => created_at],
  ['Id', ({ lago_id }) => lago_id],
]

/** Payments, of everybody or of one customer. */
export function PaymentTable(props: {
  readonly query: UseQueryResult<PageOf<Payment>, ApiProblem>
  readonly view: ViewState
  readonly hidesCustomer?: boolean
  readonly filters?: readonly string[]
}): ReactElement {
  const at = useAt()
  const nameOf = useNames({
    customers: props.hidesCustomer
      ? []
      : props.query.data?.rows.map((payment) => payment.external_customer_id),
  })
  return (
    <List
      label="payments"
      query={props.query}
      view={props.view}
      filters={props.filters ?? []}
      columns={columnsOf(props.hidesCustomer ?? false, nameOf)}
      keyOf={({ lago_id }) => lago_id}
      hrefOf={({ lago_id }) => at(`/payments/${lago_id}`)}
      empty={
        <Empty
          icon="payment"
          title="Nothing was paid yet"
          write={EXAMPLE}
          action={
            <ButtonLink href={at('/invoices?view=outstanding')} icon="invoice">
              Outstanding invoices
            </ButtonLink>
          }
        >
          Payments arrive from a payment provider, or are recorded on an invoice: a bank transfer, for
          example.
        </Empty>
      }
    />
  )
}

/** Payments, and what went back. */
export function PaymentTabs(): ReactElement {
  const at = useAt()
  const path = useLocation({ select: ({ pathname }) => pathname.replace(/\/$/, '') })
  const pages = [
    ['/payments', 'Payments'],
    ['/refunds', 'Refunds'],
  ] as const
  return (
    <Tabs
      label="Payments and refunds"
      tabs={pages.map(([page, label]) => ({ href: at(page), label, isCurrent: path === at(page) }))}
    />
  )
}

const STATUSES = ['pending', 'processing', 'succeeded', 'failed'].map((value) => {
  return { value, label: statusWords(value) }
})

/** Every payment. */
export function PaymentList(): ReactElement {
  const view = useView()
  const filters = {
    external_customer_id: view.get('customer'),
    payment_statuses: view.get('status') ? [view.get('status')] : [],
  }
  const query = useList<Payment>('/payments', 'payments', { page: view.page, per_page: 50, ...filters })
  return (
    <Page
      title="Payments"
      tabs={<PaymentTabs />}
      action={
        <ExportCsv
          name="payments"
          path="/payments"
          root="payments"
          params={filters}
          keyOf={({ lago_id }) => lago_id}
          columns={CSV}
        />
      }
    >
      <FilterBar>
        <FilterChip view={view} name="status" label="Status" options={STATUSES} />
        <TextFilter view={view} name="customer" label="Customer id" />
      </FilterBar>
      <PaymentTable query={query} view={view} filters={['status', 'customer']} />
    </Page>
  )
}

/** One payment, with its receipt. */
export function PaymentDetail(): ReactElement {
  const { id = '' } = useParams({ strict: false }) as { id?: string }
  const at = useAt()
  const query = useOne<Payment>(`/payments/${encodeURIComponent(id)}`, 'payment', { every: 5000 })
  return (
    <LoadedPage title="Payment" crumbs={[{ label: 'Payments', href: at('/payments') }]} query={query}>
      {(payment) => <Detail payment={payment} />}
    </LoadedPage>
  )
}

type Receipt = {
  readonly lago_id: string
  readonly number: string
  readonly file_url: string | null
  readonly payment: Payment
}

function Detail({ payment }: { readonly payment: Payment }): ReactElement {
  const at = useAt()
  const invoices = payment.invoice_ids.map((id, n) => ({ id, number: payment.invoice_numbers[n] ?? id }))
  const customer = payment.external_customer_id
  const { menu, dialog } = usePaymentMenu(payment)
  return (
    <Page
      title={`Payment of ${formatCents(payment.amount_cents, payment.amount_currency)}`}
      crumbs={[{ label: 'Payments', href: at('/payments') }]}
      status={<Status status={payment.payment_status} />}
      facts={
        <>
          <Link className="in-text" href={at(`/customers/${encodeURIComponent(customer)}`)}>
            <NameOnly kind="customers" id={customer} />
          </Link>
        </>
      }
      action={
        <>
          <RetryPayment payment={payment} />
          <ReceiptButton payment={payment} />
        </>
      }
      menu={menu}
    >
      <Columns
        aside={
          <Card
            title="Facts"
            aside={<ApiCallButton write={{ method: 'GET', path: `/payments/${payment.lago_id}` }} />}
          >
            <Facts
              facts={[
                ['Method', methodOf(payment)],
                ['Reference', payment.reference],
                ...(payment.type === 'provider'
                  ? ([
                      ['Connection', payment.payment_provider_code],
                      ['Id at the provider', payment.provider_payment_id],
                    ] as const)
                  : []),
                ['Paid', formatTime(payment.created_at)],
                ['Id', <Code key="id" text={payment.lago_id} />],
              ]}
            />
          </Card>
        }
      >
        <WhyItFailed payment={payment} />
        <Card title={payment.payment_status === 'succeeded' ? 'What it paid' : 'What it is for'}>
          <ul className="stack-tight">
            {invoices.map(({ id, number }) => (
              <li key={id}>
                <Link className="in-text" href={at(`/invoices/${id}`)}>
                  {number}
                </Link>
                {invoices.length === 1 && (
                  <span className="muted">
                    {' '}
                    · {formatCents(payment.amount_cents, payment.amount_currency)}
                  </span>
                )}
              </li>
            ))}
          </ul>
        </Card>
        {payment.type === 'provider' && <PaymentJournal payment={payment} />}
      </Columns>
      {dialog}
    </Page>
  )
}

/** The receipt of a payment, when it has one. */
function ReceiptButton({ payment }: { readonly payment: Payment }): ReactElement | null {
  const may = useMay()
  const [isOpen, setOpen] = useState(false)
  const [invoice = ''] = payment.invoice_ids
  const receipts = useList<Receipt>(
    '/payment_receipts',
    'payment_receipts',
    { invoice_id: invoice, per_page: 100 },
    { enabled: invoice !== '' && may('payment_receipts:view') },
  )
  const receipt = receipts.data?.rows.find((each) => each.payment.lago_id === payment.lago_id)
  if (!receipt) return null
  const find = async () => (await receipts.refetch()).data?.rows.find(isReceipt(receipt.lago_id))?.file_url
  return (
    <>
      <Button icon="download" onClick={() => setOpen(true)}>
        Receipt
      </Button>
      {isOpen && (
        <DocumentDialog
          title={receipt.number}
          version={receipt.lago_id}
          find={find}
          onClose={() => setOpen(false)}
        />
      )}
    </>
  )
}

const isReceipt = (id: string) => (receipt: Receipt) => receipt.lago_id === id
