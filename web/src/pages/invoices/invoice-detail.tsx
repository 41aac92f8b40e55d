import { useParams } from '@tanstack/react-router'
import { type ReactElement, type ReactNode, useState } from 'react'
import { useList, useOne } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import type { ActivityLog, Invoice, Payment } from '../../api/types.ts'
import { InvoiceTimeline } from '../../charts/invoice-timeline.tsx'
import { formatDay, formatTime } from '../../format/dates.ts'
import { formatCents } from '../../format/money.ts'
import { ApiCallButton } from '../../parts/api-call.tsx'
import { Button, Code } from '../../parts/button.tsx'
import { Link, useAt } from '../../parts/link.tsx'
import { LoadedPage } from '../../parts/loaded-page.tsx'
import { NameOnly } from '../../parts/named.tsx'
import { Card, Columns, Facts, Page } from '../../parts/page.tsx'
import { Problems } from '../../parts/problems.tsx'
import { Status } from '../../parts/status.tsx'
import { useRecent } from '../../shell/recent.ts'
import { ActivityList } from '../activity/activity-list.tsx'
import { nameOf } from '../customers/customer-list.tsx'
import { PaymentsCard, WhyItFailed } from '../payments/failure.tsx'
import { FeesTable } from './fees-table.tsx'
import { InvoiceActions, useInvoiceMenu } from './invoice-actions.tsx'
import { stepsOf } from './invoice-steps.ts'
import { invoiceName, invoiceType, stateOf } from './invoice-table.tsx'
import { PdfDialog } from './pdf-dialog.tsx'

/** One invoice: where it stands, what it is for, and what can be done with it. */
export function InvoiceDetail(): ReactElement {
  const { id = '' } = useParams({ strict: false }) as { id?: string }
  const at = useAt()
  const query = useOne<Invoice>(`/invoices/${encodeURIComponent(id)}`, 'invoice', { every: 5000 })
  return (
    <LoadedPage title="Invoice" crumbs={[{ label: 'Invoices', href: at('/invoices') }]} query={query}>
      {(invoice) => <Detail invoice={invoice} />}
    </LoadedPage>
  )
}

function Detail({ invoice }: { readonly invoice: Invoice }): ReactElement {
  const at = useAt()
  const may = useMay()
  const [isPdfOpen, setPdfOpen] = useState(false)
  const name = invoice.status === 'draft' ? 'Draft invoice' : invoiceName(invoice)
  const zone = invoice.customer?.applicable_timezone ?? 'UTC'
  useRecent('Invoice', invoice.status === 'draft' ? `Draft of ${nameOf(invoice.customer)}` : name)
  const { menu, dialog } = useInvoiceMenu(invoice)
  const activities = useList<ActivityLog>(
    '/activity_logs',
    'activity_logs',
    { resource_ids: [invoice.lago_id], per_page: 100 },
    { enabled: may('audit_logs:view'), every: 5000 },
  )
  const payments = useList<Payment>(
    '/payments',
    'payments',
    { invoice_id: invoice.lago_id, per_page: 20 },
    { enabled: may('payments:view') && invoice.status !== 'draft', every: 5000 },
  )
  const lastFailed = payments.data?.rows.find(({ payment_status }) => payment_status === 'failed')
  const { customer } = invoice
  const state = stateOf(invoice)
  return (
    <Page
      title={name}
      crumbs={[{ label: 'Invoices', href: at('/invoices') }]}
      status={<Status status={state} />}
      facts={
        <>
          {customer && (
            <Link href={at(`/customers/${encodeURIComponent(customer.external_id)}`)}>
              {nameOf(customer)}
            </Link>
          )}
          <span>{invoiceType(invoice.invoice_type)}</span>
          {invoice.status === 'finalized' && <span>Due {formatDay(invoice.payment_due_date)}</span>}
        </>
      }
      action={
        <>
          <InvoiceActions invoice={invoice} />
          <Button
            icon="download"
            disabled={invoice.status !== 'finalized' && invoice.status !== 'voided'}
            title={invoice.status === 'draft' ? 'A draft has no document yet.' : undefined}
            onClick={() => setPdfOpen(true)}
          >
            PDF
          </Button>
        </>
      }
      menu={menu}
    >
      <div className="stack-wide">
        <Problems
          details={invoice.error_details}
          of={{
            path: `/invoices/${invoice.lago_id}`,
            customerId: invoice.customer.external_id,
            entityCode: invoice.billing_entity_code,
          }}
        />
        {invoice.payment_status === 'failed' && lastFailed && <WhyItFailed payment={lastFailed} />}
        {invoice.status === 'draft' && (
          <p className="notice notice-info">
            A draft follows the usage until it is finalized{' '}
            {invoice.issuing_date && <>on {formatDay(invoice.issuing_date)}</>}. Until then lines can change.
          </p>
        )}
        <Card title="Timeline">
          <InvoiceTimeline steps={stepsOf(invoice, activities.data?.rows ?? [])} zone={zone} />
        </Card>
        <Columns aside={<Aside invoice={invoice} />}>
          <FeesTable invoice={invoice} />
          <PaymentsCard payments={payments.data?.rows ?? []} />
          {may('audit_logs:view') && (
            <Card title="Activity" isFlush>
              <ActivityList params={{ resource_ids: [invoice.lago_id] }} />
            </Card>
          )}
        </Columns>
      </div>
      {isPdfOpen && <PdfDialog invoice={invoice} onClose={() => setPdfOpen(false)} />}
      {dialog}
    </Page>
  )
}

function Aside({ invoice }: { readonly invoice: Invoice }): ReactElement {
  const { currency } = invoice
  return (
    <>
      <section className="card amount-due" aria-label="Amount due">
        <span className="caption">{invoice.status === 'draft' ? 'Total so far' : 'Amount due'}</span>
        <span className="display">
          {formatCents(
            invoice.status === 'draft' ? invoice.total_amount_cents : invoice.total_due_amount_cents,
            currency,
          )}
        </span>
        {invoice.total_paid_amount_cents > 0 && (
          <span className="caption">{formatCents(invoice.total_paid_amount_cents, currency)} paid</span>
        )}
      </section>
      <Card
        title="Facts"
        aside={<ApiCallButton write={{ method: 'GET', path: `/invoices/${invoice.lago_id}` }} />}
      >
        <Facts
          facts={[
            ...factsOf(invoice.status !== 'draft' && ['Number', <Code key="number" text={invoice.number} />]),
            [invoice.status === 'draft' ? 'To be issued' : 'Issued', formatDay(invoice.issuing_date)],
            ['Due', formatDay(invoice.payment_due_date)],
            ...factsOf(
              invoice.status === 'finalized' && [
                'Payment',
                <Status key="payment" status={invoice.payment_status} />,
              ],
            ),
            [
              'Billing entity',
              <NameOnly key="entity" kind="billing_entities" id={invoice.billing_entity_code} />,
            ],
            ...factsOf(invoice.purchase_order_number && ['Order number', invoice.purchase_order_number]),
            ['Created', formatTime(invoice.created_at)],
            ...factsOf(
              invoice.voided_invoice_id && [
                'Takes the place of',
                <OtherInvoice key="before" id={invoice.voided_invoice_id} />,
              ],
            ),
            ...factsOf(
              invoice.regenerated_invoice_id && [
                'Replaced by',
                <OtherInvoice key="after" id={invoice.regenerated_invoice_id} />,
              ],
            ),
            ...factsOf(invoice.voided_at && ['Voided', formatTime(invoice.voided_at)]),
            ...invoice.metadata.map(({ key, value }) => [key, value] as const),
            ['Id', <Code key="id" text={invoice.lago_id} />],
          ]}
        />
      </Card>
    </>
  )
}

type Fact = readonly [name: string, value: ReactNode]

/** A fact that only some invoices have. */
const factsOf = (fact: Fact | false | '' | null | undefined): readonly Fact[] => (fact ? [fact] : [])

/** A link to the invoice before or after this one, by its number. */
function OtherInvoice({ id }: { readonly id: string }): ReactElement {
  const at = useAt()
  const { data } = useOne<Invoice>(`/invoices/${id}`, 'invoice')
  return <Link href={at(`/invoices/${id}`)}>{data?.number ?? 'Invoice'}</Link>
}
