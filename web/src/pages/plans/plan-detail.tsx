import { useParams } from '@tanstack/react-router'
import { type ReactElement, useState } from 'react'
import { useNames } from '../../api/names.ts'
import { useList, useOne } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import type { Plan, Subscription } from '../../api/types.ts'
import { formatDate, formatTime } from '../../format/dates.ts'
import { formatCents, formatUnits } from '../../format/money.ts'
import { ApiCallButton } from '../../parts/api-call.tsx'
import { ButtonLink, Code } from '../../parts/button.tsx'
import { Confirm } from '../../parts/dialog.tsx'
import { Link, useAt, useGo } from '../../parts/link.tsx'
import { List, useView } from '../../parts/list.tsx'
import { Named } from '../../parts/named.tsx'
import { Card, Facts, Page } from '../../parts/page.tsx'
import { Empty, Loaded } from '../../parts/states.tsx'
import { Status, Tag } from '../../parts/status.tsx'
import { Tabs } from '../../parts/tabs.tsx'
import { useRecent } from '../../shell/recent.ts'
import { PlanEntitlements } from '../features/plan-entitlements.tsx'
import { subscriptionPath } from '../subscriptions/subscription-table.tsx'
import { chargeName, chargeWords, namedIn } from './charge-words.ts'
import { modelLabel } from './models.tsx'
import { INTERVALS } from './plan-list.tsx'
import { bodyOfPlan, valuesOfPlan } from './plan-values.ts'
import { PlanVersions } from './plan-versions.tsx'
import { PreviewPanel } from './preview-panel.tsx'

const TABS = ['overview', 'entitlements', 'subscriptions', 'versions'] as const

/** One plan: what it costs in words and in a live preview, who is on it. */
export function PlanDetail(): ReactElement {
  const { code = '', tab = 'overview' } = useParams({ strict: false }) as { code?: string; tab?: string }
  const at = useAt()
  const query = useOne<Plan>(`/plans/${encodeURIComponent(code)}`, 'plan')
  if (!query.data) {
    return (
      <Page title={code} crumbs={[{ label: 'Plans', href: at('/plans') }]}>
        <Loaded query={query}>{() => null}</Loaded>
      </Page>
    )
  }
  return <Detail plan={query.data} tab={tab} />
}

function Detail({ plan, tab }: { readonly plan: Plan; readonly tab: string }): ReactElement {
  const [isDeleting, setDeleting] = useState(false)
  const at = useAt()
  const go = useGo()
  const may = useMay()
  useRecent('Plan', plan.name)
  const home = at(`/plans/${encodeURIComponent(plan.code)}`)
  const uses = useList<Subscription>('/subscriptions', 'subscriptions', { plan_code: plan.code, per_page: 1 })
  const count = uses.data?.meta.total_count
  return (
    <Page
      title={plan.name}
      crumbs={[{ label: 'Plans', href: at('/plans') }]}
      facts={
        <>
          <Code text={plan.code} />
          <span>
            {formatCents(plan.amount_cents, plan.amount_currency)} / {INTERVALS[plan.interval]}
          </span>
          {count !== undefined && (
            <span>
              {count.toLocaleString()} active {count === 1 ? 'subscription' : 'subscriptions'}
            </span>
          )}
        </>
      }
      action={
        <>
          {may('subscriptions:create') && (
            <ButtonLink
              href={at(`/subscriptions/new?plan=${encodeURIComponent(plan.code)}`)}
              icon="subscription"
            >
              Subscribe a customer
            </ButtonLink>
          )}
          {may('plans:update') && (
            <ButtonLink href={`${home}/edit`} icon="edit">
              Edit
            </ButtonLink>
          )}
        </>
      }
      menu={[
        ...(may('plans:create')
          ? [
              {
                label: 'Duplicate',
                icon: 'copy' as const,
                href: at(`/plans/new?from=${encodeURIComponent(plan.code)}`),
              },
            ]
          : []),
        ...(may('plans:delete')
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
          label="Parts of the plan"
          tabs={TABS.map((each) => ({
            href: each === 'overview' ? home : `${home}/${each}`,
            label: `${each.charAt(0).toUpperCase()}${each.slice(1)}`,
            isCurrent: each === tab,
          }))}
        />
      }
    >
      {tab === 'subscriptions' && <SubscriptionsOf plan={plan} />}
      {tab === 'entitlements' && <PlanEntitlements plan={plan} />}
      {tab === 'versions' && <PlanVersions plan={plan} />}
      {tab === 'overview' && <Overview plan={plan} />}
      <Confirm
        title={`Delete ${plan.name}?`}
        isOpen={isDeleting}
        onClose={() => setDeleting(false)}
        verb="Delete plan"
        isDangerous
        write={{ method: 'DELETE', path: `/plans/${encodeURIComponent(plan.code)}` }}
        mustType={plan.code}
        done={`${plan.name} will be deleted.`}
        onDone={() => go(at('/plans'))}
      >
        <p>
          {count === 1
            ? '1 active subscription ends'
            : `${(count ?? 0).toLocaleString()} active subscriptions end`}{' '}
          now, with a last bill. Drafts are finalized. What was invoiced stays.
        </p>
      </Confirm>
    </Page>
  )
}

function Overview({ plan }: { readonly plan: Plan }): ReactElement {
  const { amount_currency: currency } = plan
  const nameOf = useNames(namedIn(plan))
  return (
    <div className="form-with-preview">
      <div className="stack-wide">
        <Card
          title="What it costs"
          aside={<ApiCallButton write={{ method: 'GET', path: `/plans/${plan.code}` }} />}
        >
          <ul className="cost-list">
            <li>
              <strong>{formatCents(plan.amount_cents, currency)}</strong> per {INTERVALS[plan.interval]},{' '}
              {plan.pay_in_advance ? 'billed at its start' : 'billed at its end'}
              {plan.trial_period ? `, after ${plan.trial_period} days of trial` : ''}
            </li>
            {(plan.fixed_charges ?? []).map((charge) => (
              <li key={charge.lago_id}>
                <strong>{charge.invoice_display_name || nameOf('add_ons', charge.add_on_code)}</strong>:{' '}
                {formatUnits(charge.units)} {Number(charge.units) === 1 ? 'unit' : 'units'},{' '}
                {modelLabel(charge.charge_model).toLowerCase()}
              </li>
            ))}
            {plan.charges.map((charge) => (
              <li key={charge.lago_id}>
                <strong>{chargeName(charge, nameOf)}</strong> <Tag>{modelLabel(charge.charge_model)}</Tag>{' '}
                {charge.pay_in_advance && <Tag>per event</Tag>}
                <ul>
                  {chargeWords(charge, currency).map((line) => (
                    <li key={line}>{line}</li>
                  ))}
                </ul>
              </li>
            ))}
            {plan.minimum_commitment && (
              <li>
                At least <strong>{formatCents(plan.minimum_commitment.amount_cents, currency)}</strong> per{' '}
                {INTERVALS[plan.interval]}
              </li>
            )}
            {plan.usage_thresholds.map((threshold) => (
              <li key={threshold.lago_id}>
                Billed as soon as usage reaches {threshold.recurring ? 'another ' : ''}
                {formatCents(threshold.amount_cents, currency)}
              </li>
            ))}
          </ul>
        </Card>
        <PlanFacts plan={plan} />
      </div>
      <PreviewPanel
        body={bodyOfPlan(valuesOfPlan(plan))}
        currency={currency}
        charges={plan.charges.map((charge) => ({
          name: chargeName(charge, nameOf),
          model: charge.charge_model,
          filters: charge.filters.map((filter) => Object.values(filter.values).flat().join(', ')),
        }))}
      />
    </div>
  )
}

function PlanFacts({ plan }: { readonly plan: Plan }): ReactElement {
  return (
    <Card title="Facts">
      <Facts
        facts={[
          ['Code', <Code key="code" text={plan.code} />],
          ['Description', plan.description],
          ['Name on invoices', plan.invoice_display_name],
          ['Taxes', plan.taxes.map(({ name }) => name).join(', ')],
          ['Created', formatTime(plan.created_at)],
          ['Id', <Code key="id" text={plan.lago_id} />],
        ]}
      />
    </Card>
  )
}

function SubscriptionsOf({ plan }: { readonly plan: Plan }): ReactElement {
  const view = useView()
  const at = useAt()
  const query = useList<Subscription>('/subscriptions', 'subscriptions', {
    plan_code: plan.code,
    page: view.page,
    per_page: 50,
    status: ['active', 'pending', 'terminated'],
  })
  const nameOf = useNames({ customers: query.data?.rows.map((each) => each.external_customer_id) })
  return (
    <List
      label="subscriptions"
      query={query}
      view={view}
      keyOf={({ lago_id }) => lago_id}
      hrefOf={(subscription) => at(subscriptionPath(subscription))}
      columns={[
        { title: 'Subscription', cell: (each) => each.name || each.external_id },
        { title: 'Status', cell: (each) => <Status status={each.status} /> },
        {
          title: 'Customer',
          cell: ({ external_customer_id: id }) => <Named name={nameOf('customers', id)} code={id} />,
        },
        { title: 'Started', cell: (each) => formatDate(each.started_at) },
        { title: 'Ends', cell: (each) => formatDate(each.ending_at ?? each.terminated_at), isMinor: true },
      ]}
      empty={
        <Empty
          icon="subscription"
          title="Nobody is on this plan"
          action={
            <Link
              className="button button-primary"
              href={at(`/subscriptions/new?plan=${encodeURIComponent(plan.code)}`)}
            >
              Subscribe a customer
            </Link>
          }
        >
          A subscription puts a customer on the plan and starts the billing.
        </Empty>
      }
    />
  )
}
