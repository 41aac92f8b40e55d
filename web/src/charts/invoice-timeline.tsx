import type { ReactElement } from 'react'
import { formatDate, formatDay } from '../format/dates.ts'
import { Icon } from '../parts/icon.tsx'

export type Step = {
  readonly label: string
  readonly at: string
  readonly state: 'done' | 'next' | 'failed'
}

const WORDS = { done: 'done', next: 'still to come', failed: 'went wrong' } as const

/** The way of an invoice: a step for each thing that happened or will happen; upright on small screens. */
export function InvoiceTimeline(props: {
  readonly steps: readonly Step[]
  /** Of the customer, in which the days of an invoice are. */
  readonly zone: string
}): ReactElement {
  const { steps, zone } = props
  return (
    <ol className="steps" data-testid="invoice-timeline">
      {steps.map(({ label, at, state }, n) => (
        <li key={`${label}-${n}`} className={`step step-${state}`}>
          <span className="step-mark">
            <Icon name={state === 'done' ? 'check' : state === 'failed' ? 'close' : 'clock'} size={12} />
          </span>
          <span className="step-text">
            <strong>{label}</strong>
            <time className="caption" dateTime={at}>
              {at.includes('T') ? formatDate(at, zone) : formatDay(at)}
            </time>
            <span className="visually-hidden">{WORDS[state]}</span>
          </span>
        </li>
      ))}
    </ol>
  )
}
