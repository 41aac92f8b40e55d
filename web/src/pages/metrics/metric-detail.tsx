import { useParams } from '@tanstack/react-router'
import { type ReactElement, useState } from 'react'
import { useList, useOne } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import type { BillableMetric, Event, Plan } from '../../api/types.ts'
import { formatTime } from '../../format/dates.ts'
import { Ago } from '../../parts/ago.tsx'
import { ApiCallButton } from '../../parts/api-call.tsx'
import { ButtonLink, Code } from '../../parts/button.tsx'
import { Confirm } from '../../parts/dialog.tsx'
import { Link, useAt, useGo } from '../../parts/link.tsx'
import { Table } from '../../parts/list.tsx'
import { Card, Columns, Facts, Page } from '../../parts/page.tsx'
import { Loaded } from '../../parts/states.tsx'
import { Tag } from '../../parts/status.tsx'
import { useRecent } from '../../shell/recent.ts'
import { aggregationLabel, metricSentence } from './aggregations.tsx'
import { TryIt } from './try-it.tsx'

/** One metric: what it counts, which plans charge for it, its last events. */
export function MetricDetail(): ReactElement {
  const { code = '' } = useParams({ strict: false }) as { code?: string }
  const at = useAt()
  const query = useOne<BillableMetric>(`/billable_metrics/${encodeURIComponent(code)}`, 'billable_metric')
  const crumbs = [{ label: 'Metrics', href: at('/metrics') }]
  if (!query.data) {
    return (
      <Page title={code} crumbs={crumbs}>
        <Loaded query={query}>{() => null}</Loaded>
      </Page>
    )
  }
  return <Detail metric={query.data} />
}

function Detail({ metric }: { readonly metric: BillableMetric }): ReactElement {
  const { name, code } = metric
  const [isDeleting, setDeleting] = useState(false)
  const at = useAt()
  const go = useGo()
  const may = useMay()
  useRecent('Metric', name)
  const path = `/billable_metrics/${encodeURIComponent(code)}`
  return (
    <Page
      title={name}
      crumbs={[{ label: 'Metrics', href: at('/metrics') }]}
      status={<Tag>{aggregationLabel(metric.aggregation_type)}</Tag>}
      facts={<Code text={code} />}
      action={
        may('billable_metrics:update') && (
          <ButtonLink href={at(`/metrics/${encodeURIComponent(code)}/edit`)} icon="edit">
            Edit
          </ButtonLink>
        )
      }
      menu={[
        { label: 'Duplicate', icon: 'copy', href: at(`/metrics/new?from=${encodeURIComponent(code)}`) },
        {
          label: 'Its events',
          icon: 'event',
          href: at(`/developers/events?code=${encodeURIComponent(code)}`),
        },
        ...(may('billable_metrics:delete')
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
    >
      <Columns aside={<Aside metric={metric} path={path} />}>
        <Card title="What it counts">
          <p>{metricSentence(metric)}</p>
          {metric.description && <p className="muted">{metric.description}</p>}
        </Card>
        <TryIt metric={metric} title="Try it" />
        <PlansOf code={code} />
        {may('developers:manage') && <EventsOf code={code} />}
      </Columns>
      <Confirm
        title={`Delete ${name}?`}
        isOpen={isDeleting}
        onClose={() => setDeleting(false)}
        verb="Delete metric"
        isDangerous
        write={{ method: 'DELETE', path }}
        mustType={(metric.active_subscriptions_count ?? 0) > 0 ? code : undefined}
        done={`${name} was deleted.`}
        onDone={() => go(at('/metrics'))}
      >
        <p>
          {metric.plans_count ?? 0} plans lose the charge on this metric, with{' '}
          {metric.active_subscriptions_count ?? 0} active subscriptions and {metric.draft_invoices_count ?? 0}{' '}
          draft invoices. What was invoiced stays.
        </p>
      </Confirm>
    </Page>
  )
}

function Aside({ metric, path }: { readonly metric: BillableMetric; readonly path: string }): ReactElement {
  const rounding = metric.rounding_function
    ? `${metric.rounding_function}${metric.rounding_precision === null ? '' : ` to ${metric.rounding_precision} digits`}`
    : null
  return (
    <Card title="Facts" aside={<ApiCallButton write={{ method: 'GET', path }} />}>
      <Facts
        facts={[
          ['Code', <Code key="code" text={metric.code} />],
          ['Aggregation', aggregationLabel(metric.aggregation_type)],
          ['Field', metric.field_name && <code key="field">{metric.field_name}</code>],
          ['Expression', metric.expression && <code key="expression">{metric.expression}</code>],
          ['Over periods', metric.recurring ? 'Carries over' : 'Starts from zero'],
          ['Rounding', rounding],
          ...metric.filters.map(({ key, values }) => [`Filter ${key}`, values.join(', ')] as const),
          ['Created', formatTime(metric.created_at)],
          ['Id', <Code key="id" text={metric.lago_id} />],
        ]}
      />
    </Card>
  )
}

function PlansOf({ code }: { readonly code: string }): ReactElement {
  const at = useAt()
  const query = useList<Plan>('/plans', 'plans', { per_page: 200 })
  return (
    <Card title="Plans that charge for it" isFlush>
      <Loaded query={query} rows={2}>
        {({ rows }) => {
          const using = rows.filter(({ charges }) =>
            charges.some((charge) => charge.billable_metric_code === code),
          )
          if (using.length === 0)
            return <p className="card-note muted">No plan charges for this metric yet.</p>
          return (
            <Table
              label="Plans that charge for this metric"
              rows={using}
              keyOf={(plan) => plan.lago_id}
              hrefOf={(plan) => at(`/plans/${encodeURIComponent(plan.code)}`)}
              columns={[
                { title: 'Plan', cell: (plan) => plan.name },
                {
                  title: 'Charge model',
                  cell: (plan) =>
                    plan.charges
                      .filter((charge) => charge.billable_metric_code === code)
                      .map((charge) => charge.charge_model.replaceAll('_', ' '))
                      .join(', '),
                },
                {
                  title: 'Active subscriptions',
                  isNumber: true,
                  cell: (plan) => plan.active_subscriptions_count.toLocaleString(),
                },
              ]}
            />
          )
        }}
      </Loaded>
    </Card>
  )
}

function EventsOf({ code }: { readonly code: string }): ReactElement {
  const at = useAt()
  const query = useList<Event>('/events', 'events', { code, per_page: 8 }, { every: 10_000 })
  return (
    <Card
      title="Last events"
      isFlush
      aside={<Link href={at(`/developers/events?code=${encodeURIComponent(code)}`)}>All events</Link>}
    >
      <Loaded query={query} rows={3}>
        {({ rows }) =>
          rows.length === 0 ? (
            <p className="card-note muted">
              No event with the code <code>{code}</code> has arrived.{' '}
              <Link href={at(`/developers/events/new?code=${encodeURIComponent(code)}`)}>Send one</Link>
            </p>
          ) : (
            <Table
              label="Last events of this metric"
              rows={rows}
              keyOf={(event) => event.transaction_id}
              columns={[
                { title: 'When', cell: (event) => <Ago at={event.timestamp} /> },
                { title: 'Subscription', cell: (event) => event.external_subscription_id ?? '' },
                { title: 'Properties', cell: (event) => <code>{JSON.stringify(event.properties)}</code> },
              ]}
            />
          )
        }
      </Loaded>
    </Card>
  )
}
