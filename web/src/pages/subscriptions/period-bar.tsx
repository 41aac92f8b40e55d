import type { ReactElement } from 'react'
import { useNow } from '../../api/now.ts'
import type { Subscription } from '../../api/types.ts'
import { formatDate } from '../../format/dates.ts'
import { None } from '../../parts/page.tsx'

type Period = Pick<
  Subscription,
  'current_billing_period_started_at' | 'current_billing_period_ending_at' | 'status'
>

/** How far the present billing period has come. */
export function PeriodBar(props: {
  readonly subscription: Period
  /** Of the customer's dates; UTC until it is known. */
  readonly zone: string | undefined
}): ReactElement {
  const { subscription, zone } = props
  const now = useNow()
  const { current_billing_period_started_at: from, current_billing_period_ending_at: to } = subscription
  if (!from || !to || subscription.status !== 'active') return <None />
  const share = (now - Date.parse(from)) / Math.max(Date.parse(to) - Date.parse(from), 1)
  const done = Math.round(Math.min(Math.max(share, 0), 1) * 100)
  return (
    <span className="period-bar" title={`${formatDate(from, zone)} to ${formatDate(to, zone)}`}>
      <svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true" focusable="false">
        <rect width="100" height="6" rx="3" className="period-rest" />
        <rect width={done} height="6" rx="3" className="period-done" />
      </svg>
      <span className="caption">ends {formatDate(to, zone)}</span>
    </span>
  )
}
