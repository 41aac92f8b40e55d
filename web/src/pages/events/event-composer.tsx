import { type ReactElement, useId, useState } from 'react'
import { ApiProblem } from '../../api/client.ts'
import { useNow } from '../../api/now.ts'
import { textOfProblem } from '../../api/problem-texts.ts'
import { useList, useOne, useWrite, type Write } from '../../api/queries.ts'
import { useOrganization } from '../../api/session.ts'
import type { BillableMetric, Subscription } from '../../api/types.ts'
import { ApiCall } from '../../parts/api-call.tsx'
import { Button } from '../../parts/button.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { FieldFrame, type Option, Row } from '../../parts/fields.tsx'
import { Link, useAt } from '../../parts/link.tsx'
import { useView } from '../../parts/list.tsx'
import { OptionsNote, type OptionsSource, rowsOf } from '../../parts/options.tsx'
import { Card, Page } from '../../parts/page.tsx'
import { useToasts } from '../../parts/toast.tsx'
import { UsageCards } from '../subscriptions/usage-cards.tsx'

const BATCH = 100
const MANY = 1000

const exampleOf = (metric: BillableMetric | undefined): string => {
  const own = metric?.field_name
    ? { [metric.field_name]: metric.aggregation_type === 'unique_count_agg' ? 'a' : 1 }
    : {}
  const filters = (metric?.filters ?? []).map(({ key, values }) => [key, values[0]] as const)
  return JSON.stringify({ ...own, ...Object.fromEntries(filters) }, null, 2)
}

function parse(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null
  } catch {
    return null // Half typed.
  }
}

/** The subscriptions of the list, with the one that the link to this page names if they are too many for a list. */
function useOffered(wanted: string) {
  const asked = useList<Subscription>('/subscriptions', 'subscriptions', { per_page: 500 })
  const listed = asked.data?.rows
  const isMissing = wanted !== '' && listed?.some(({ external_id }) => external_id === wanted) === false
  const path = `/subscriptions/${encodeURIComponent(wanted)}`
  const linked = useOne<Subscription>(path, 'subscription', { enabled: isMissing })
  return { asked, offered: isMissing && linked.data ? [linked.data, ...(listed ?? [])] : listed }
}

/** Sends events of one metric for one subscription: form and code side by side, with the usage below as it moves. */
export function EventComposer(): ReactElement {
  const view = useView()
  const at = useAt()
  const metrics = useList<BillableMetric>('/billable_metrics', 'billable_metrics', { per_page: 500 })
  const known = rowsOf(metrics)
  const wanted = view.get('subscription')
  const { asked, offered } = useOffered(wanted)
  const active = offered ?? []
  const [edited, setEdited] = useState<{ code: string; text: string } | null>(null)
  const code = view.get('code') || known[0]?.code || ''
  const subscriptionId = wanted || active[0]?.external_id || ''
  const metric = known.find((each) => each.code === code)
  const text = edited?.code === code ? edited.text : exampleOf(metric)
  const properties = parse(text)
  const subscription = active.find(({ external_id }) => external_id === subscriptionId)
  const id = useId()
  const event = { external_subscription_id: subscriptionId, code, properties: properties ?? {} }
  return (
    <Page title="Send events" crumbs={[{ label: 'Events', href: at('/developers/events') }]}>
      <div className="stack-wide">
        <div className="split">
          <Card title="Event">
            <div className="stack">
              <Row>
                <Choice
                  label="Metric"
                  value={code}
                  options={known.map((each) => ({ value: each.code, label: each.name }))}
                  from={{ asked: metrics, what: 'metrics', empty: 'There is no metric yet.' }}
                  onChange={(next) => view.set({ code: next })}
                />
                <Choice
                  label="Subscription"
                  value={subscriptionId}
                  options={active.map((each) => ({
                    value: each.external_id,
                    label: each.name || each.external_id,
                  }))}
                  from={{ asked, what: 'subscriptions' }}
                  onChange={(next) => view.set({ subscription: next })}
                />
              </Row>
              <FieldFrame
                id={id}
                label="Properties"
                error={properties === null ? 'Properties are JSON, such as {"tokens": 120}.' : undefined}
              >
                <textarea
                  id={id}
                  className="input input-code"
                  rows={5}
                  spellCheck={false}
                  value={text}
                  aria-invalid={properties === null ? true : undefined}
                  aria-describedby={properties === null ? `${id}-error` : undefined}
                  onChange={(change) => setEdited({ code, text: change.target.value })}
                />
              </FieldFrame>
              <SendButtons
                event={event}
                isReady={properties !== null && code !== '' && subscriptionId !== ''}
              />
              {offered?.length === 0 && (
                <p className="muted">
                  Nothing is metered without an active subscription.{' '}
                  <Link href={at('/subscriptions/new')}>Create one</Link>
                </p>
              )}
            </div>
          </Card>
          <Card title="The same by API">
            <ApiCall
              write={{
                method: 'POST',
                path: '/events',
                body: { event: { transaction_id: 'your-unique-id', ...event } },
              }}
            />
          </Card>
        </div>
        {subscription && <UsageCards subscription={subscription} isNamed />}
      </div>
    </Page>
  )
}

function Choice(props: {
  readonly label: string
  readonly value: string
  readonly options: readonly Option[]
  readonly from: OptionsSource
  readonly onChange: (value: string) => void
}): ReactElement {
  const { label, value, options, from, onChange } = props
  const id = useId()
  return (
    <FieldFrame id={id} label={label} error={undefined}>
      <select
        id={id}
        className="input"
        value={value}
        disabled={from.asked.data === undefined}
        onChange={(change) => onChange(change.target.value)}
      >
        {options.map((each) => (
          <option key={each.value} value={each.value}>
            {each.label}
          </option>
        ))}
      </select>
      <OptionsNote {...from} isEmpty={options.length === 0} />
    </FieldFrame>
  )
}

type EventBody = {
  readonly external_subscription_id: string
  readonly code: string
  readonly properties: object
}

function SendButtons({
  event,
  isReady,
}: {
  readonly event: EventBody
  readonly isReady: boolean
}): ReactElement {
  const { is_sandbox } = useOrganization()
  const now = useNow()
  const { mutateAsync } = useWrite()
  const toasts = useToasts()
  const [sent, setSent] = useState<number | null>(null)
  const [asked, setAsked] = useState<number | null>(null)
  const timestamp = Math.floor(now / 1000)
  const send = async (count: number) => {
    setSent(0)
    try {
      for (const write of writesOf(event, count, timestamp)) {
        await mutateAsync(write)
        setSent((before) => Math.min((before ?? 0) + BATCH, count))
      }
      toasts.success(
        count === 1 ? 'The event was accepted.' : `${count.toLocaleString()} events were accepted.`,
      )
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error
      toasts.error(textOfProblem(error))
    } finally {
      setSent(null)
    }
  }
  const start = (count: number) => (is_sandbox ? void send(count) : setAsked(count))
  return (
    <div className="line">
      <Button kind="primary" disabled={!isReady} isBusy={sent !== null} onClick={() => start(1)}>
        Send 1
      </Button>
      <Button disabled={!isReady} isBusy={sent !== null} onClick={() => start(MANY)}>
        Send 1,000
      </Button>
      {sent !== null && sent > 0 && (
        <span className="caption" role="status">
          {sent.toLocaleString()} sent
        </span>
      )}
      <Dialog
        title="Send to a live organization?"
        isOpen={asked !== null}
        onClose={() => setAsked(null)}
        actions={
          <>
            <span className="grow" />
            <Button onClick={() => setAsked(null)} autoFocus>
              Cancel
            </Button>
            <Button
              kind="primary"
              onClick={() => {
                if (asked !== null) void send(asked)
                setAsked(null)
              }}
            >
              Send {asked?.toLocaleString()}
            </Button>
          </>
        }
      >
        <p>These events are billed like those of your product, and an accepted event cannot be taken back.</p>
      </Dialog>
    </div>
  )
}

/** The requests that send so many events, a hundred at a time, each with an id of its own. */
function writesOf(event: EventBody, count: number, timestamp: number): readonly Write[] {
  const one = () => ({ transaction_id: crypto.randomUUID(), timestamp, ...event })
  if (count === 1) return [{ method: 'POST', path: '/events', body: { event: one() } }]
  return Array.from({ length: Math.ceil(count / BATCH) }, () => ({
    method: 'POST' as const,
    path: '/events/batch',
    body: { events: Array.from({ length: Math.min(BATCH, count) }, one) },
  }))
}
