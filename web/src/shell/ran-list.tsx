import type { ReactElement } from 'react'
import { useNames } from '../api/names.ts'
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

/** What reads badly when it is taken word by word. */
const ACTIVITY_WORDS: Readonly<Record<string, string>> = {
  'credit_note.generated': 'PDF of the credit note made',
  'invoice.generated': 'PDF of the invoice made',
  'invoice.one_off_created': 'One-off invoice created',
  'invoice.paid_credit_added': 'Invoice for credits created',
  'payment_receipt.generated': 'PDF of the receipt made',
  'user.new_device_logged_in': 'Signed in with a new device',
  'user.sign_in_failed': 'Sign-in failed',
  'user.signed_in': 'Signed in',
  'user.signed_out': 'Signed out',
  'user.signed_up': 'Signed up',
}

const SOURCES: Readonly<Record<string, string>> = {
  api: 'API',
  front: 'Dashboard',
  system: 'System',
  admin: 'Operator',
  portal: 'Customer portal',
}

/** Where an activity came from, when nobody is named. */
export const sourceWords = (source: string): string => SOURCES[source] ?? source

/** A code such as `invoice.voided` in words. */
export const activityWords = (type: string): string => {
  const known = ACTIVITY_WORDS[type]
  if (known) return known
  const text = type.replaceAll('.', ' ').replaceAll('_', ' ')
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`
}

const summaryOf = (count: number): string => {
  if (count === 0) return 'Nothing fell due.'
  if (count === 1) return 'One thing happened.'
  return count < SHOWN_MAX ? `${count} things happened.` : `The last ${count} things that happened:`
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
    return instant > Date.parse(from) && instant <= Date.parse(to)
  }
  const rows = (data?.rows ?? []).filter(({ logged_at }) => isBetween(logged_at)).reverse()
  const nameOf = useNames({ customers: rows.map((row) => row.external_customer_id) })
  return (
    <div className="stack-tight">
      <p className="muted" role="status">
        {formatTime(from)} → {formatTime(to)}. {isRunning ? 'Working…' : summaryOf(rows.length)}
      </p>
      <ol className="ran-list">
        {rows.map((row) => {
          const icon = ICONS.find(([prefix]) => row.activity_type.startsWith(prefix))?.[1] ?? 'activity'
          const words = activityWords(row.activity_type)
          return (
            <li key={row.activity_id}>
              <Icon name={icon} />
              <span className="grow">
                {row.resource_type === 'Invoice' ? (
                  <Link href={at(`/invoices/${row.resource_id ?? ''}`)}>{words}</Link>
                ) : (
                  words
                )}
              </span>
              <span className="caption">
                {row.external_customer_id && nameOf('customers', row.external_customer_id)}
              </span>
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
