import type { ReactElement } from 'react'
import { formatDay } from '../format/dates.ts'
import { Link } from '../parts/link.tsx'
import { Status } from '../parts/status.tsx'

export type TimelinePeriod = {
  /** The day on which it began, or its invoice was issued. */
  readonly from: string
  readonly status: string
  readonly label: string
  readonly href: string | null
}

/** The periods of a subscription side by side, each with the state of its invoice. */
export function PeriodTimeline(props: {
  readonly periods: readonly TimelinePeriod[]
  readonly marks: readonly { readonly at: string; readonly label: string }[]
}): ReactElement {
  const { periods, marks } = props
  return (
    <div className="timeline-box" role="region" aria-label="Billing periods" tabIndex={0}>
      <ol className="period-timeline">
        {periods.map((period) => (
          <li key={`${period.from} ${period.label}`} className={`period-cell period-${period.status}`}>
            <span className="caption">{formatDay(period.from)}</span>
            <span className="period-track" aria-hidden="true" />
            <span className="period-text">
              {period.href ? <Link href={period.href}>{period.label}</Link> : period.label}
              <Status status={period.status} {...(period.status === 'succeeded' ? { label: 'Paid' } : {})} />
            </span>
          </li>
        ))}
      </ol>
      <ul className="timeline-marks">
        {marks.map(({ at, label }) => (
          <li key={label}>
            <strong>{label}</strong> {formatDay(at)}
          </li>
        ))}
      </ul>
    </div>
  )
}
