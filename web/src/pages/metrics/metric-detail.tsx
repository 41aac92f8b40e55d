import { useParams } from '@tanstack/react-router'
import { type ReactElement, useState } from 'react'
import { useList, useOne } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import type { BillableMetric, Event, Plan } from '../../api/types.ts'
import { formatTime } from '../../format/dates.ts'
import { formatUnits } from '../../format/money.ts'
import { Ago } from '../../parts/ago.tsx'
import { ApiCallButton } from '../../parts/api-call.tsx'
import { ButtonLink, Code } from '../../parts/button.tsx'
import { Confirm } from '../../parts/dialog.tsx'
import { Link, useAt, useGo } from '../../parts/link.tsx'
import { Table } from '../../parts/list.tsx'
import { Card, Columns, Facts, None, Page } from '../../parts/page.tsx'
import { Properties } from '../../parts/properties.tsx'
import { Loaded } from '../../parts/states.tsx'
import { Tag } from '../../parts/status.tsx'
import { useRecent } from '../../shell/recent.ts'
import { modelLabel } from '../plans/models.tsx'
import { basePrice } from '../plans/plan-list.tsx'
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
        mustType={code}
        done={`${name} was deleted.`}
        onDone={() => go(at('/metrics'))}
      >
        <p>
          Every plan that charges for it loses the charge, for its active subscriptions and drafts as well.
          What was invoiced stays.
        </p>
      </Confirm>
    </Page>
  )
}

function Aside({ metric, path }: { readonly metric: BillableMetric; readonly path: string }): ReactElement {
  const rounding = roundingWords(metric)
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

const ROUNDINGS: Readonly<Record<string, string>> = {
  round: 'Rounded',
  ceil: 'Rounded up',
  floor: 'Rounded down',
}

/** How units are rounded; a negative precision rounds to tens, hundreds and so on. */
function roundingWords({
  rounding_function: way,
  rounding_precision: digits,
}: BillableMetric): string | null {
  if (!way) return null
  const to = !digits
    ? 'whole units'
    : digits > 0
      ? `${digits} ${digits === 1 ? 'digit' : 'digits'}`
      : formatUnits(10 ** -digits)
  return `${ROUNDINGS[way] ?? way} to ${to}`
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
                      .map((charge) => modelLabel(charge.charge_model))
                      .join(', '),
                },
                {
                  title: 'Base price',
                  isNumber: true,
                  cell: (plan) => basePrice(plan),
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
              isStacked
              keyOf={(event) => event.transaction_id}
              columns={[
                { title: 'Subscription', cell: (event) => event.external_subscription_id ?? <None /> },
                { title: 'When', cell: (event) => <Ago at={event.timestamp} /> },
                { title: 'Properties', cell: (event) => <Properties of={event.properties} /> },
              ]}
            />
          )
        }
      </Loaded>
    </Card>
  )
}
