import { useQueries } from '@tanstack/react-query'
import { type ReactElement, useState } from 'react'
import { send } from '../../api/client.ts'
import { useList } from '../../api/queries.ts'
import { useMay, useOrganization } from '../../api/session.ts'
import type { WebhookEndpoint } from '../../api/types.ts'
import { Button } from '../../parts/button.tsx'
import { Icon } from '../../parts/icon.tsx'
import { Link, useAt } from '../../parts/link.tsx'
import { Card } from '../../parts/page.tsx'

const exists = (query: { data?: { meta: { total_count: number } } | undefined }): boolean =>
  (query.data?.meta.total_count ?? 0) > 0

type Item = readonly [isDone: boolean, label: string, href: string]

/** The six facts of an organization that bills, as far as they are known; ticked by what exists, not by clicks. */
export function useChecklist() {
  const { slug } = useOrganization()
  const may = useMay()
  const isWanted = may('plans:create')
  const key = `weir-checklist ${slug}`
  const [isHidden, setHidden] = useState(() => localStorage.getItem(key) === 'hidden')
  const plans = useList<{ code: string }>('/plans', 'plans', { per_page: 1 }, { enabled: isWanted })
  const metrics = useList('/billable_metrics', 'billable_metrics', { per_page: 1 }, { enabled: isWanted })
  const customers = useList('/customers', 'customers', { per_page: 1 }, { enabled: isWanted })
  const events = useList('/events', 'events', { per_page: 1 }, { enabled: isWanted })
  const invoices = useList(
    '/invoices',
    'invoices',
    { status: 'finalized', per_page: 1 },
    { enabled: isWanted },
  )
  const isDelivered = useDelivered()
  const plan = plans.data?.rows[0]?.code
  const items: readonly Item[] = [
    [exists(metrics), 'A metric exists', metrics.data?.meta.total_count ? '/metrics' : '/metrics/new'],
    [exists(plans), 'A plan exists', plan ? `/plans/${encodeURIComponent(plan)}` : '/plans/new'],
    [exists(customers), 'A customer exists', exists(customers) ? '/customers' : '/customers/new'],
    [exists(events), 'An event was accepted', '/developers/events/new'],
    [exists(invoices), 'An invoice was finalized', '/invoices'],
    [
      isDelivered === true,
      'A webhook was delivered',
      isDelivered ? '/developers/webhooks' : '/developers/webhooks/new',
    ],
  ]
  const done = items.filter(([isDone]) => isDone).length
  const read = [plans, metrics, customers, events, invoices]
  const isReady = read.every(({ data }) => data !== undefined) && isDelivered !== undefined
  const isUnwanted = isHidden || !isWanted
  return {
    items,
    /** Whether it will not appear any more. */
    isSettled: isReady || isUnwanted || read.some(({ error }) => error !== null),
    isShown: isReady && !isUnwanted && done < items.length,
    hide: () => {
      localStorage.setItem(key, 'hidden')
      setHidden(true)
    },
  }
}

/** What is there and what is missing on the way from nothing to an invoice. */
export function Checklist(props: {
  readonly items: readonly Item[]
  readonly onHide: () => void
}): ReactElement {
  const at = useAt()
  const { items } = props
  const done = items.filter(([isDone]) => isDone).length
  return (
    <Card
      title="From nothing to an invoice"
      aside={
        <span className="line">
          <span className="caption">
            {done} of {items.length}
          </span>
          <Button kind="quiet" onClick={props.onHide}>
            Hide
          </Button>
        </span>
      }
    >
      <ol className="checklist">
        {items.map(([isDone, label, href]) => (
          <li key={label} className={isDone ? 'checked' : undefined}>
            <span className="check-mark">{isDone && <Icon name="check" size={12} />}</span>
            <Link href={at(href)}>{label}</Link>
            {isDone && <span className="visually-hidden">done</span>}
          </li>
        ))}
      </ol>
      {done === 0 && (
        <div className="line">
          <Link className="button button-primary" href={at('/start')}>
            Start here
          </Link>
        </div>
      )}
    </Card>
  )
}

/** Whether any delivery to any endpoint succeeded; undefined until it is known. */
function useDelivered(): boolean | undefined {
  const may = useMay()
  const { slug } = useOrganization()
  const isOn = may('developers:manage')
  const endpoints = useList<WebhookEndpoint>('/webhook_endpoints', 'webhook_endpoints', {}, { enabled: isOn })
  const deliveries = useQueries({
    queries: (endpoints.data?.rows ?? []).map(({ lago_id }) => {
      const url = `/api/v1/webhook_endpoints/${lago_id}/webhooks?status=succeeded&per_page=1`
      return {
        queryKey: [slug, url],
        queryFn: ({ signal }: { signal: AbortSignal }) =>
          send<{ meta: { total_count: number } }>('GET', url, undefined, signal),
      }
    }),
  })
  if (!isOn || endpoints.error) return false
  if (endpoints.data === undefined || deliveries.some(({ isPending }) => isPending)) return undefined
  return deliveries.some(exists)
}
