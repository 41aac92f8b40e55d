import { useQueries } from '@tanstack/react-query'
import { type ReactElement, useEffect, useState } from 'react'
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

const COUNT = 6
const HIDDEN = 'hidden'
/** What a browser remembers of the last visit: a digit for each fact, 1 where it was one. */
const REMEMBERED = new RegExp(`^[01]{${COUNT}}$`)

/**
 * The six facts of an organization that bills, as far as they are known; ticked by what exists, not by clicks. What was
 * seen on the last visit is shown until it is known again, so that nothing below waits for it.
 */
export function useChecklist() {
  const { slug } = useOrganization()
  const may = useMay()
  const key = `weir-checklist ${slug}`
  const [kept] = useState(() => localStorage.getItem(key) ?? '')
  const [isHidden, setHidden] = useState(kept === HIDDEN)
  const known = REMEMBERED.test(kept) ? [...kept].map((digit) => digit === '1') : undefined
  const wasDone = known?.every(Boolean) === true
  const isWanted = may('plans:create') && !isHidden && !wasDone
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
  const isDelivered = useDelivered(isWanted)
  const read = [metrics, plans, customers, events, invoices]
  const isReady = read.every(({ data }) => data !== undefined) && isDelivered !== undefined
  const facts = isReady ? [...read.map(exists), isDelivered] : (known ?? Array(COUNT).fill(false))
  const seen = facts.map((isDone) => (isDone ? '1' : '0')).join('')
  useEffect(() => {
    if (isWanted && isReady) localStorage.setItem(key, seen)
  }, [isWanted, isReady, key, seen])
  const plan = plans.data?.rows[0]?.code
  const [metric, anyPlan, customer, event, invoice, webhook] = facts
  const items: readonly Item[] = [
    [metric, 'A metric exists', metric ? '/metrics' : '/metrics/new'],
    [
      anyPlan,
      'A plan exists',
      anyPlan ? `/plans${plan ? `/${encodeURIComponent(plan)}` : ''}` : '/plans/new',
    ],
    [customer, 'A customer exists', customer ? '/customers' : '/customers/new'],
    [event, 'An event was accepted', '/developers/events/new'],
    [invoice, 'An invoice was finalized', '/invoices'],
    [webhook, 'A webhook was delivered', webhook ? '/developers/webhooks' : '/developers/webhooks/new'],
  ]
  const isDone = facts.every(Boolean)
  return {
    items,
    /** Whether it will not appear any more. */
    isSettled: isReady || !isWanted || known !== undefined || read.some(({ error }) => error !== null),
    isShown: isWanted && !isDone && (isReady || known !== undefined),
    hide: () => {
      localStorage.setItem(key, HIDDEN)
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
function useDelivered(isWanted: boolean): boolean | undefined {
  const may = useMay()
  const { slug } = useOrganization()
  const isOn = isWanted && may('developers:manage')
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
