import type { ReactElement } from 'react'
import { useList } from '../api/queries.ts'
import type { ActivityLog } from '../api/types.ts'
import { formatTime } from '../format/dates.ts'
import { Icon, type IconName } from '../parts/icon.tsx'
import { Link, useAt } from '../parts/link.tsx'

const SHOWN_MAX = 100
const LOOK_EVERY_MS = 700

const ICONS: readonly (readonly [prefix: string, icon: IconName])[] = [
  ['invoice', 'invoice'],
  ['payment', 'payment'],
  ['subscription', 'subscription'],
  ['wallet', 'wallet'],
  ['credit_note', 'creditNote'],
  ['email', 'webhook'],
]

/** A code such as `invoice.one_off_created` in words. */
export const activityWords = (type: string): string => {
  const text = type.replaceAll('.', ' ').replaceAll('_', ' ')
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`
}

/** What the system did between two instants of a sandbox; grows while the clock moves. */
export function RanList(props: {
  readonly from: string
  readonly to: string
  readonly isRunning: boolean
}): ReactElement {
  const { from, to, isRunning } = props
  const at = useAt()
  const params = { per_page: SHOWN_MAX, from_date: from.slice(0, 10) }
  const { data } = useList<ActivityLog>('/activity_logs', 'activity_logs', params, {
    every: isRunning ? LOOK_EVERY_MS : 0,
  })
  const isBetween = (text: string) => {
    const instant = Date.parse(text)
    return instant >= Date.parse(from) - 1000 && instant <= Date.parse(to)
  }
  const rows = (data?.rows ?? []).filter(({ logged_at }) => isBetween(logged_at)).reverse()
  return (
    <div className="stack-tight">
      <p className="muted" role="status">
        {formatTime(from)} → {formatTime(to)}.{' '}
        {isRunning ? 'Working…' : rows.length === 0 ? 'Nothing fell due.' : `${rows.length} things happened.`}
      </p>
      <ol className="ran-list">
        {rows.map((row) => {
          const icon = ICONS.find(([prefix]) => row.activity_type.startsWith(prefix))?.[1] ?? 'activity'
          const isInvoice = row.resource_type === 'Invoice'
          return (
            <li key={row.activity_id}>
              <Icon name={icon} />
              <span className="grow">
                {activityWords(row.activity_type)}
                {isInvoice && (
                  <>
                    {' '}
                    · <Link href={at(`/invoices/${row.resource_id ?? ''}`)}>open</Link>
                  </>
                )}
              </span>
              <span className="caption">{row.external_customer_id}</span>
              <time className="caption" dateTime={row.logged_at}>
                {formatTime(row.logged_at)}
              </time>
            </li>
          )
        })}
      </ol>
    </div>
  )
}
