import { useParams } from '@tanstack/react-router'
import { type ReactElement, useState } from 'react'
import { type NameOf, useNames } from '../../api/names.ts'
import { OWN_API, useList, useOne } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import type { Customer, Event, Invoice, Subscription } from '../../api/types.ts'
import { PeriodTimeline, type TimelinePeriod } from '../../charts/period-timeline.tsx'
import { dayIn, formatDate, formatPeriod, formatTime } from '../../format/dates.ts'
import { formatCents } from '../../format/money.ts'
import { Ago } from '../../parts/ago.tsx'
import { ApiCallButton } from '../../parts/api-call.tsx'
import { ButtonLink, Code } from '../../parts/button.tsx'
import { Link, useAt } from '../../parts/link.tsx'
import { Table, useView } from '../../parts/list.tsx'
import { Card, Columns, Facts, Page } from '../../parts/page.tsx'
import { Properties } from '../../parts/properties.tsx'
import { Loaded } from '../../parts/states.tsx'
import { Status } from '../../parts/status.tsx'
import { Tabs } from '../../parts/tabs.tsx'
import { useRecent } from '../../shell/recent.ts'
import { ActivityList } from '../activity/activity-list.tsx'
import { SubscriptionEntitlements } from '../features/subscription-entitlements.tsx'
import { InvoiceTable } from '../invoices/invoice-table.tsx'
import { INTERVALS } from '../plans/plan-list.tsx'
import { ActivationGate } from './activation-gate.tsx'
import { ChangePlan, KeepPlan } from './change-plan.tsx'
import { EditSubscription } from './edit-subscription.tsx'
import { NextInvoice } from './next-invoice.tsx'
import { PricingTab } from './pricing-tab.tsx'
import { statusOf } from './subscription-table.tsx'
import { Terminate } from './terminate.tsx'
import { UsageCards } from './usage-cards.tsx'

const TABS = ['overview', 'usage', 'pricing', 'entitlements', 'invoices', 'events', 'activity'] as const

/** One subscription: usage as it grows, its periods, and what will be billed. */
export function SubscriptionDetail(): ReactElement {
  const params = useParams({ strict: false }) as { externalId?: string; tab?: string }
  const { externalId = '', tab = 'overview' } = params
  const at = useAt()
  const status = useView().get('status')
  const query = useOne<Subscription>(pathOf(externalId, status), 'subscription')
  const other = useOther(externalId, status === '' && query.error?.status === 404)
  const subscription = query.data ?? other
  if (subscription) {
    const asked = status || (other ? other.status : '')
    return <Detail subscription={subscription} tab={tab} search={asked ? `?status=${asked}` : ''} />
  }
  return (
    <Page title={externalId} crumbs={[{ label: 'Subscriptions', href: at('/subscriptions') }]}>
      <Loaded query={query}>{() => null}</Loaded>
    </Page>
  )
}

const pathOf = (externalId: string, status: string): string =>
  `/subscriptions/${encodeURIComponent(externalId)}${status ? `?status=${status}` : ''}`

/** One that is not active, of an address that does not say so, such as a link on an old invoice. */
function useOther(externalId: string, isOn: boolean): Subscription | undefined {
  const options = { enabled: isOn }
  const pending = useOne<Subscription>(pathOf(externalId, 'pending'), 'subscription', options)
  const incomplete = useOne<Subscription>(pathOf(externalId, 'incomplete'), 'subscription', options)
  const terminated = useOne<Subscription>(pathOf(externalId, 'terminated'), 'subscription', options)
  const canceled = useOne<Subscription>(pathOf(externalId, 'canceled'), 'subscription', options)
  return pending.data ?? incomplete.data ?? terminated.data ?? canceled.data
}

type DetailProps = { readonly subscription: Subscription; readonly tab: string; readonly search: string }

function Detail({ subscription, tab, search }: DetailProps): ReactElement {
  const [opened, setOpened] = useState<'edit' | 'terminate' | 'change' | 'keep' | null>(null)
  const at = useAt()
  const may = useMay()
  const name = subscription.name || subscription.external_id
  const customer = subscription.external_customer_id
  const nameOf = useNames({ customers: [customer] })
  useRecent('Subscription', name)
  const home = at(`/subscriptions/${encodeURIComponent(subscription.external_id)}`)
  const isEnded = subscription.status === 'terminated' || subscription.status === 'canceled'
  const refusal = refusalOf(subscription)
  return (
    <Page
      title={name}
      crumbs={[{ label: 'Subscriptions', href: at('/subscriptions') }]}
      status={<Status status={statusOf(subscription)} />}
      facts={
        <>
          <Link href={at(`/customers/${encodeURIComponent(customer)}`)}>{nameOf('customers', customer)}</Link>
          <Link href={at(`/plans/${encodeURIComponent(subscription.plan_code)}`)}>
            {subscription.plan.name}
          </Link>
          <span>
            {formatCents(subscription.plan_amount_cents, subscription.plan_amount_currency)} /{' '}
            {INTERVALS[subscription.plan.interval]}
          </span>
        </>
      }
      action={
        !isEnded &&
        may('developers:manage') && (
          <ButtonLink
            href={at(`/developers/events/new?subscription=${encodeURIComponent(subscription.external_id)}`)}
            kind="primary"
            icon="event"
          >
            Send usage
          </ButtonLink>
        )
      }
      menu={
        may('subscriptions:update')
          ? [
              { label: 'Edit', icon: 'edit', refusal, onSelect: () => setOpened('edit') },
              { label: 'Change plan', icon: 'plan', refusal, onSelect: () => setOpened('change') },
              ...(subscription.next_plan_code
                ? [
                    {
                      label: `Keep ${subscription.plan.name}`,
                      icon: 'subscription' as const,
                      onSelect: () => setOpened('keep'),
                    },
                  ]
                : []),
              {
                label: subscription.status === 'pending' ? 'Cancel' : 'Terminate',
                icon: 'close',
                isDangerous: true,
                refusal,
                onSelect: () => setOpened('terminate'),
              },
            ]
          : []
      }
      tabs={
        <Tabs
          label="Parts of the subscription"
          tabs={TABS.map((each) => ({
            href: `${each === 'overview' ? home : `${home}/${each}`}${search}`,
            label: `${each.charAt(0).toUpperCase()}${each.slice(1)}`,
            isCurrent: each === tab,
          }))}
        />
      }
    >
      <Body subscription={subscription} tab={tab} />
      {opened === 'edit' && <EditSubscription subscription={subscription} onClose={() => setOpened(null)} />}
      {opened === 'terminate' && <Terminate subscription={subscription} onClose={() => setOpened(null)} />}
      {opened === 'keep' && <KeepPlan subscription={subscription} onClose={() => setOpened(null)} />}
      {opened === 'change' && <ChangePlan subscription={subscription} onClose={() => setOpened(null)} />}
    </Page>
  )
}

/** Why a subscription can be neither changed nor ended now. */
function refusalOf({ status }: Subscription): string | undefined {
  if (status === 'incomplete') return 'It waits for the payment of its first invoice.'
  return status === 'terminated' || status === 'canceled' ? `It is ${status}.` : undefined
}

function Body({ subscription, tab }: Pick<DetailProps, 'subscription' | 'tab'>): ReactElement {
  const view = useView()
  const invoices = useInvoicesOf(subscription, view.page)
  const zone = usePayer(subscription)?.applicable_timezone ?? 'UTC'
  const nameOf = useNames(namedIn(subscription))
  switch (tab) {
    case 'usage':
      return subscription.status === 'active' ? (
        <UsageCards subscription={subscription} />
      ) : (
        <p className="muted">Only an active subscription has usage.</p>
      )
    case 'entitlements':
      return <SubscriptionEntitlements subscription={subscription} />
    case 'pricing':
      return <PricingTab subscription={subscription} />
    case 'invoices':
      return <InvoiceTable query={invoices} view={view} hidesCustomer />
    case 'events':
      return <EventsOf subscription={subscription} />
    case 'activity':
      return <ActivityList params={{ external_subscription_id: subscription.external_id }} hasLinks />
    default:
      return (
        <Columns aside={<Aside subscription={subscription} />}>
          <ActivationGate subscription={subscription} />
          {subscription.status === 'active' && <UsageCards subscription={subscription} />}
          <Card title="Billing periods">
            <Loaded query={invoices} rows={2}>
              {({ rows }) => (
                <PeriodTimeline
                  periods={periodsOf(subscription, rows, zone)}
                  marks={marksOf(subscription, nameOf)}
                />
              )}
            </Loaded>
          </Card>
          {subscription.status === 'active' && <NextInvoice subscription={subscription} />}
        </Columns>
      )
  }
}

/** What its facts name by codes. */
const namedIn = (subscription: Subscription) => ({
  plans: [subscription.previous_plan_code, subscription.next_plan_code],
  billing_entities: [subscription.billing_entity_code],
})

/** Whose subscription it is. */
function usePayer({ external_customer_id: id }: Subscription): Customer | undefined {
  return useOne<Customer>(`/customers/${encodeURIComponent(id)}`, 'customer').data
}

/** The newest invoices that bill it. */
function useInvoicesOf({ external_id: id }: Subscription, page: number) {
  const path = `${OWN_API}/subscriptions/${encodeURIComponent(id)}/invoices`
  return useList<Invoice>(path, 'invoices', { page, per_page: 24 })
}

/** The past periods with their invoices, oldest first, then the present one. */
function periodsOf(
  subscription: Subscription,
  invoices: readonly Invoice[],
  zone: string,
): readonly TimelinePeriod[] {
  const past = invoices
    .filter((invoice) => invoice.invoice_type === 'subscription')
    .map((invoice) => ({
      from: invoice.issuing_date,
      status: invoice.payment_overdue
        ? 'overdue'
        : invoice.status === 'finalized'
          ? invoice.payment_status
          : invoice.status,
      label: `${formatCents(invoice.total_amount_cents, invoice.currency)}`,
      href: `${location.pathname.split('/subscriptions/')[0]}/invoices/${invoice.lago_id}`,
    }))
    .sort((a, b) => a.from.localeCompare(b.from))
    .slice(-8)
  const { current_billing_period_started_at: from, current_billing_period_ending_at: to } = subscription
  if (!from || !to || subscription.status !== 'active') return past
  const began = dayIn(Date.parse(from), zone)
  return [...past, { from: began, status: 'active', label: `until ${formatDate(to, zone)}`, href: null }]
}

function marksOf(subscription: Subscription, nameOf: NameOf): readonly { at: string; label: string }[] {
  const { previous_plan_code: before, next_plan_code: next } = subscription
  const started = before ? `Changed from ${nameOf('plans', before)}` : 'Started'
  const marks: readonly (readonly [string, string | null])[] = [
    [started, subscription.started_at],
    ['Trial ended', subscription.trial_ended_at],
    [`Changes to ${nameOf('plans', next ?? '')}`, subscription.downgrade_plan_date],
    ['Ends', subscription.ending_at],
    ['Ended', subscription.terminated_at],
  ]
  return marks.flatMap(([label, at]) => (at ? [{ label, at }] : []))
}

function Aside({ subscription }: { readonly subscription: Subscription }): ReactElement {
  const payer = usePayer(subscription)
  const path = `/subscriptions/${encodeURIComponent(subscription.external_id)}`
  const { previous_plan_code: before, next_plan_code: next } = subscription
  const nameOf = useNames(namedIn(subscription))
  return (
    <Card title="Facts" aside={<ApiCallButton write={{ method: 'GET', path }} />}>
      <Facts
        facts={[
          ['External id', <Code key="external" text={subscription.external_id} />],
          ['Billed on', subscription.billing_time === 'calendar' ? 'Calendar days' : 'The anniversary'],
          [
            'Period',
            formatPeriod(
              subscription.current_billing_period_started_at,
              subscription.current_billing_period_ending_at,
              payer?.applicable_timezone,
            ),
          ],
          ['Started', formatTime(subscription.started_at)],
          ...(subscription.ending_at ? [['Ends', formatTime(subscription.ending_at)] as const] : []),
          ...(before ? [['Plan before', nameOf('plans', before)] as const] : []),
          ...(next ? [['Plan next', nameOf('plans', next)] as const] : []),
          ['Prices', subscription.plan.parent_id ? 'Of its own' : 'Of the plan'],
          ['Billing entity', nameOf('billing_entities', subscription.billing_entity_code)],
          ['Id', <Code key="id" text={subscription.lago_id} />],
        ]}
      />
    </Card>
  )
}

function EventsOf({ subscription }: { readonly subscription: Subscription }): ReactElement {
  const params = { external_subscription_id: subscription.external_id, per_page: 50 }
  const query = useList<Event>('/events', 'events', params, { every: 2000 })
  return (
    <Loaded query={query}>
      {({ rows }) =>
        rows.length === 0 ? (
          <p className="muted">No event has arrived yet.</p>
        ) : (
          <Table
            label="Events of the subscription"
            rows={rows}
            keyOf={({ transaction_id }) => transaction_id}
            isStacked
            columns={[
              { title: 'Code', cell: ({ code }) => <code>{code}</code> },
              { title: 'When', cell: ({ timestamp }) => <Ago at={timestamp} /> },
              { title: 'Properties', cell: ({ properties }) => <Properties of={properties} /> },
              { title: 'Transaction', cell: ({ transaction_id }) => <code>{transaction_id}</code> },
            ]}
          />
        )
      }
    </Loaded>
  )
}
