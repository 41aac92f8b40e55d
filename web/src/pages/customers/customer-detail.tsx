import { useParams } from '@tanstack/react-router'
import { type ReactElement, useState } from 'react'
import { OWN_API, useList, useOne, useRead } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import type { Customer, Invoice, Subscription } from '../../api/types.ts'
import { countryName } from '../../format/countries.ts'
import { formatTime } from '../../format/dates.ts'
import { formatCents, wholeCents } from '../../format/money.ts'
import { ApiCallButton } from '../../parts/api-call.tsx'
import { Button, ButtonLink, Code } from '../../parts/button.tsx'
import { Confirm } from '../../parts/dialog.tsx'
import { Link, useAt, useGo } from '../../parts/link.tsx'
import { useView } from '../../parts/list.tsx'
import { LoadedPage } from '../../parts/loaded-page.tsx'
import { NameOnly } from '../../parts/named.tsx'
import { Card, Columns, Facts, Figure, Page } from '../../parts/page.tsx'
import { Tag } from '../../parts/status.tsx'
import { Tabs } from '../../parts/tabs.tsx'
import { useRecent } from '../../shell/recent.ts'
import { ActivityList } from '../activity/activity-list.tsx'
import { InvoiceTable } from '../invoices/invoice-table.tsx'
import { SubscriptionTable } from '../subscriptions/subscription-table.tsx'
import { UsageCards } from '../subscriptions/usage-cards.tsx'
import { nameOf } from './customer-list.tsx'
import { CouponsTab, CreditNotesTab, PaymentsTab, WalletsTab } from './money-tabs.tsx'
import { PortalDialog } from './portal-dialog.tsx'

const TABS = [
  'overview',
  'subscriptions',
  'usage',
  'invoices',
  'payments',
  'wallets',
  'coupons',
  'credit-notes',
  'information',
  'activity',
] as const

/** One customer. */
export function CustomerDetail(): ReactElement {
  const params = useParams({ strict: false }) as { externalId?: string; tab?: string }
  const { externalId = '', tab = 'overview' } = params
  const at = useAt()
  const query = useOne<Customer>(`/customers/${encodeURIComponent(externalId)}`, 'customer')
  return (
    <LoadedPage title={externalId} crumbs={[{ label: 'Customers', href: at('/customers') }]} query={query}>
      {(customer) => <Detail customer={customer} tab={tab} />}
    </LoadedPage>
  )
}

function Detail({ customer, tab }: { readonly customer: Customer; readonly tab: string }): ReactElement {
  const [isDeleting, setDeleting] = useState(false)
  const [isShowingPortal, setShowingPortal] = useState(false)
  const at = useAt()
  const go = useGo()
  const may = useMay()
  const name = nameOf(customer)
  useRecent('Customer', name)
  const id = encodeURIComponent(customer.external_id)
  const home = at(`/customers/${id}`)
  return (
    <Page
      title={name}
      crumbs={[{ label: 'Customers', href: at('/customers') }]}
      status={customer.account_type === 'partner' ? <Tag>Partner</Tag> : undefined}
      facts={
        <>
          <Code text={customer.external_id} />
          {customer.email && <span>{customer.email}</span>}
          {customer.currency && <span>{customer.currency}</span>}
        </>
      }
      action={
        <>
          {may('subscriptions:create') && (
            <ButtonLink href={at(`/subscriptions/new?customer=${id}`)} icon="plus" kind="primary">
              Subscription
            </ButtonLink>
          )}
          {may('customers:update') && (
            <ButtonLink href={`${home}/edit`} icon="edit">
              Edit
            </ButtonLink>
          )}
          <Button icon="link" onClick={() => setShowingPortal(true)}>
            Open portal
          </Button>
        </>
      }
      menu={[
        ...(may('invoices:create')
          ? [
              {
                label: 'One-off invoice',
                icon: 'invoice' as const,
                href: at(`/invoices/new?customer=${id}`),
              },
            ]
          : []),
        ...(may('customers:delete')
          ? [
              {
                label: 'Delete',
                icon: 'trash' as const,
                isDangerous: true,
                onSelect: () => setDeleting(true),
              },
            ]
          : []),
      ]}
      tabs={
        <Tabs
          label="Parts of the customer"
          tabs={TABS.map((each) => ({
            href: each === 'overview' ? home : `${home}/${each}`,
            label: `${each.charAt(0).toUpperCase()}${each.slice(1).replace('-', ' ')}`,
            isCurrent: each === tab,
          }))}
        />
      }
    >
      <Body customer={customer} tab={tab} />
      <PortalDialog customer={customer} isOpen={isShowingPortal} onClose={() => setShowingPortal(false)} />
      <Confirm
        title={`Delete ${name}?`}
        isOpen={isDeleting}
        onClose={() => setDeleting(false)}
        verb="Delete customer"
        isDangerous
        write={{ method: 'DELETE', path: `/customers/${id}` }}
        mustType={customer.external_id}
        done={`${name} was deleted.`}
        onDone={() => go(at('/customers'))}
      >
        <p>Subscriptions end now, drafts are finalized and wallets end. Invoices and payments stay.</p>
      </Confirm>
    </Page>
  )
}

function Body({ customer, tab }: { readonly customer: Customer; readonly tab: string }): ReactElement {
  const id = encodeURIComponent(customer.external_id)
  const view = useView()
  const subscriptions = useList<Subscription>(`/customers/${id}/subscriptions`, 'subscriptions', {
    page: tab === 'subscriptions' ? view.page : 1,
    per_page: 50,
    status: ['active', 'pending', 'terminated', 'canceled'],
  })
  const invoices = useList<Invoice>(`/customers/${id}/invoices`, 'invoices', {
    page: tab === 'invoices' ? view.page : 1,
    per_page: tab === 'invoices' ? 50 : 6,
  })
  const active = (subscriptions.data?.rows ?? []).filter(({ status }) => status === 'active')
  switch (tab) {
    case 'subscriptions':
      return <SubscriptionTable query={subscriptions} view={view} customer={customer.external_id} />
    case 'invoices':
      return <InvoiceTable query={invoices} view={view} hidesCustomer />
    case 'payments':
      return <PaymentsTab customer={customer} />
    case 'wallets':
      return <WalletsTab customer={customer} />
    case 'coupons':
      return <CouponsTab customer={customer} />
    case 'credit-notes':
      return <CreditNotesTab customer={customer} />
    case 'usage':
      return (
        <div className="stack-wide">
          {active.length === 0 && <p className="muted">No subscription is active, so nothing is metered.</p>}
          {active.map((each) => (
            <UsageCards key={each.lago_id} subscription={each} isNamed />
          ))}
        </div>
      )
    case 'information':
      return <Information customer={customer} />
    case 'activity':
      return <ActivityList params={{ external_customer_id: customer.external_id }} hasLinks />
    default:
      return (
        <div className="stack-wide">
          <MoneyStrip customer={customer} />
          <Card title="Subscriptions" isFlush>
            <SubscriptionTable query={subscriptions} view={view} customer={customer.external_id} />
          </Card>
          <Card title="Newest invoices" isFlush aside={<AllInvoices id={id} />}>
            <InvoiceTable query={invoices} view={view} hidesCustomer />
          </Card>
        </div>
      )
  }
}

function AllInvoices({ id }: { readonly id: string }): ReactElement {
  const at = useAt()
  return <Link href={at(`/customers/${id}/invoices`)}>All invoices</Link>
}

type Amount = {
  readonly month: string
  readonly amount_cents: string | number | null
  readonly currency: string | null
}

type Overdue = { readonly amount_cents: number; readonly invoices_count: number }

/** Overdue and invoiced amounts, as the API's analytics give them. */
function MoneyStrip({ customer }: { readonly customer: Customer }): ReactElement {
  const may = useMay()
  const currency = customer.currency ?? 'EUR'
  const params = { external_customer_id: customer.external_id, currency }
  const isShown = may('analytics:view')
  const overdue = useRead<{ overdue_totals: readonly Overdue[] }>(
    `${OWN_API}/analytics/overdue_totals`,
    params,
    { enabled: isShown },
  )
  const revenue = useRead<{ gross_revenues: readonly Amount[] }>('/analytics/gross_revenue', params, {
    enabled: isShown,
  })
  const drafts = useList<Invoice>(
    `/customers/${encodeURIComponent(customer.external_id)}/invoices`,
    'invoices',
    {
      status: 'draft',
      per_page: 1,
    },
  )
  const newest = [...(revenue.data?.gross_revenues ?? [])].sort((a, b) => b.month.localeCompare(a.month))
  const [late] = overdue.data?.overdue_totals ?? []
  return (
    <div className="figures">
      {newest.slice(0, 2).map(({ month, amount_cents }) => (
        <Figure
          key={month}
          label={`Invoiced in ${monthName(month)}`}
          value={formatCents(wholeCents(amount_cents), currency)}
        />
      ))}
      {late && (
        <Figure
          label="Overdue"
          value={<span className="status-warning">{formatCents(late.amount_cents, currency)}</span>}
          note={late.invoices_count === 1 ? '1 invoice' : `${late.invoices_count.toLocaleString()} invoices`}
        />
      )}
      <Figure label="Drafts" value={(drafts.data?.meta.total_count ?? 0).toLocaleString()} />
    </div>
  )
}

const monthName = (month: string): string =>
  new Intl.DateTimeFormat(navigator.language, { month: 'long', year: 'numeric', timeZone: 'UTC' }).format(
    new Date(month),
  )

function Information({ customer }: { readonly customer: Customer }): ReactElement {
  const address = [
    customer.address_line1,
    customer.address_line2,
    customer.zipcode,
    customer.city,
    customer.state,
  ]
  const billing = customer.billing_configuration
  const path = `/customers/${encodeURIComponent(customer.external_id)}`
  return (
    <Columns
      aside={
        <Card title="Facts" aside={<ApiCallButton write={{ method: 'GET', path }} />}>
          <Facts
            facts={[
              ['Number', customer.slug],
              [
                'Billing entity',
                <NameOnly key="entity" kind="billing_entities" id={customer.billing_entity_code} />,
              ],
              ['Created', formatTime(customer.created_at)],
              ['Changed', formatTime(customer.updated_at)],
              ['Id', <Code key="id" text={customer.lago_id} />],
            ]}
          />
        </Card>
      }
    >
      <Card title="Legal and address">
        <Facts
          facts={[
            ['Legal name', customer.legal_name],
            ['Tax id', customer.tax_identification_number],
            [
              'Address',
              [...address.filter(Boolean), countryName(customer.country)].filter(Boolean).join(', '),
            ],
            ['E-mail', customer.email],
            ['Phone', customer.phone],
          ]}
        />
      </Card>
      <Card title="Billing">
        <Facts
          facts={[
            ['Currency', customer.currency],
            ['Time zone', `${customer.applicable_timezone}${customer.timezone ? '' : ' (inherited)'}`],
            [
              'Payment term',
              customer.net_payment_term === null ? 'Inherited' : `${customer.net_payment_term} days`,
            ],
            [
              'Grace period',
              billing.invoice_grace_period === null ? 'Inherited' : `${billing.invoice_grace_period} days`,
            ],
            ['Language', billing.document_locale ?? 'Inherited'],
            ...customer.metadata.map(({ key, value }) => [key, value] as const),
          ]}
        />
      </Card>
    </Columns>
  )
}
