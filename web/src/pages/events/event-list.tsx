import { type ReactElement, useState } from 'react'
import { useNames } from '../../api/names.ts'
import { useList } from '../../api/queries.ts'
import type { BillableMetric, Event } from '../../api/types.ts'
import { formatTime } from '../../format/dates.ts'
import { Moment } from '../../parts/ago.tsx'
import { ApiCall } from '../../parts/api-call.tsx'
import { Button, ButtonLink, Code } from '../../parts/button.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { Link, useAt } from '../../parts/link.tsx'
import { type Column, DayChip, FilterBar, FilterChip, List, TextFilter, useView } from '../../parts/list.tsx'
import { Named } from '../../parts/named.tsx'
import { Facts, None, Page } from '../../parts/page.tsx'
import { Properties } from '../../parts/properties.tsx'
import { Empty } from '../../parts/states.tsx'
import { Status } from '../../parts/status.tsx'
import { problemOf, propertyProblemOf } from './event-problem.ts'

const LIVE_EVERY_MS = 1500

const EXAMPLE = {
  method: 'POST',
  path: '/events',
  body: {
    event: {
      transaction_id: 'any-unique-text',
      external_subscription_id: 'acme-1',
      code: 'api_calls',
      properties: {},
    },
  },
} as const

/** Every event, newest first; live, with what is wrong with those that nothing meters. */
export function EventList(): ReactElement {
  const view = useView()
  const at = useAt()
  const [isLive, setLive] = useState(true)
  const [opened, setOpened] = useState<Event | null>(null)
  const metrics = useList<BillableMetric>('/billable_metrics', 'billable_metrics', { per_page: 500 })
  const known = metrics.data?.rows ?? []
  const unmatched = view.get('state') === 'unmatched'
  const params = {
    page: view.page,
    per_page: 50,
    code: view.get('code'),
    external_subscription_id: view.get('subscription'),
    timestamp_from: view.get('from') && `${view.get('from')}T00:00:00Z`,
    timestamp_to: view.get('to') && `${view.get('to')}T23:59:59.999Z`,
    ...(unmatched ? { unmatched: 'true' } : {}),
  }
  const query = useList<Event>('/events', 'events', params, { every: isLive ? LIVE_EVERY_MS : 0 })
  const matched = useUnmatched(params, unmatched)
  const nameOf = useNames({ subscriptions: query.data?.rows.map((each) => each.external_subscription_id) })
  const metricOf = (code: string) => known.find((metric) => metric.code === code)
  const problemWith = (event: Event): string | null => {
    if (matched.has(event.transaction_id)) return problemOf(event, known)
    const metric = metricOf(event.code)
    return metric ? propertyProblemOf(event, metric) : null
  }
  const columns: readonly Column<Event>[] = [
    { title: 'Metric', cell: ({ code }) => <Named name={metricOf(code)?.name ?? code} code={code} /> },
    { title: 'When (UTC)', cell: ({ timestamp }) => <Moment at={timestamp} /> },
    {
      title: 'State',
      cell: (event) => <Status status={problemWith(event) === null ? 'metered' : 'unmatched'} />,
    },
    {
      title: 'Subscription',
      cell: ({ external_subscription_id: id }) =>
        id ? <Named name={nameOf('subscriptions', id)} code={id} /> : <None />,
    },
    {
      title: 'Properties',
      cell: ({ properties }) => <Properties of={properties} />,
    },
    {
      title: 'Transaction',
      cell: (event) => (
        <button type="button" className="link-button" onClick={() => setOpened(event)}>
          <code>{event.transaction_id}</code>
        </button>
      ),
    },
  ]
  const sender = (
    <ButtonLink href={at('/developers/events/new')} kind="primary" icon="event">
      Send events
    </ButtonLink>
  )
  return (
    <Page title="Events" action={sender}>
      <FilterBar>
        <FilterChip
          view={view}
          name="code"
          label="Metric"
          options={known.map(({ code, name }) => ({ value: code, label: name }))}
        />
        <FilterChip
          view={view}
          name="state"
          label="State"
          options={[{ value: 'unmatched', label: 'Matches nothing' }]}
        />
        <TextFilter view={view} name="subscription" label="Subscription id" />
        <DayChip view={view} name="from" label="From" />
        <DayChip view={view} name="to" label="Until" />
        <span className="grow" />
        <Button kind="quiet" aria-pressed={isLive} onClick={() => setLive(!isLive)}>
          <span className={isLive ? 'live live-on' : 'live'}>{isLive ? 'Live' : 'Paused'}</span>
        </Button>
      </FilterBar>
      <List
        label="events"
        isStacked
        query={query}
        columns={columns}
        keyOf={(event) => `${event.transaction_id} ${event.external_subscription_id}`}
        view={view}
        filters={['code', 'state', 'subscription', 'from', 'to']}
        empty={
          <Empty icon="event" title="No event has arrived" action={sender} write={EXAMPLE}>
            Your product sends an event whenever something happens that you bill for. Metrics turn events into
            units.
          </Empty>
        }
      />
      {opened && <EventDialog event={opened} problem={problemWith(opened)} onClose={() => setOpened(null)} />}
    </Page>
  )
}

/** The transaction ids, among those that are shown, of events that match nothing. */
function useUnmatched(params: Parameters<typeof useList>[2], isAll: boolean): ReadonlySet<string> {
  const { page: _page, ...filters } = params ?? {}
  const query = useList<Event>(
    '/events',
    'events',
    { ...filters, unmatched: 'true', per_page: 500 },
    { every: isAll ? 0 : 5000 },
  )
  return new Set((query.data?.rows ?? []).map(({ transaction_id }) => transaction_id))
}

function EventDialog(props: {
  readonly event: Event
  readonly problem: string | null
  readonly onClose: () => void
}): ReactElement {
  const { event, problem, onClose } = props
  const at = useAt()
  const subscription = event.external_subscription_id ?? ''
  return (
    <Dialog title={event.code} isOpen onClose={onClose} isWide>
      <div className="stack">
        {problem && <p className="notice notice-warning">{problem}</p>}
        <Facts
          facts={[
            ['Transaction', <Code key="transaction" text={event.transaction_id} />],
            ['Happened', formatTime(event.timestamp)],
            ['Received', formatTime(event.created_at)],
            [
              'Subscription',
              subscription && (
                <Link href={at(`/subscriptions/${encodeURIComponent(subscription)}`)}>{subscription}</Link>
              ),
            ],
          ]}
        />
        <pre className="code-block" tabIndex={0} role="region" aria-label="Properties">
          {JSON.stringify(event.properties, null, 2)}
        </pre>
        <ApiCall
          write={{
            method: 'POST',
            path: '/events',
            body: {
              event: {
                transaction_id: event.transaction_id,
                external_subscription_id: subscription,
                code: event.code,
                timestamp: Math.floor(Date.parse(event.timestamp) / 1000),
                properties: event.properties,
              },
            },
          }}
        />
      </div>
    </Dialog>
  )
}
