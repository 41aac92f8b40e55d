import type { ReactElement } from 'react'

type Tone = 'success' | 'info' | 'warning' | 'danger' | 'neutral'

/** The tone of each status word. */
const TONES: Readonly<Record<string, Tone>> = {
  active: 'success',
  finalized: 'success',
  succeeded: 'success',
  paid: 'success',
  settled: 'success',
  available: 'success',
  delivered: 'success',
  ready: 'success',
  metered: 'success',
  draft: 'info',
  pending: 'info',
  generating: 'info',
  incomplete: 'info',
  advancing: 'info',
  overdue: 'warning',
  partially_paid: 'warning',
  ending_soon: 'warning',
  downgrade_scheduled: 'warning',
  waiting: 'warning',
  paused: 'warning',
  unknown: 'warning',
  action_required: 'warning',
  held: 'info',
  created: 'info',
  sending: 'info',
  processing: 'info',
  retrying: 'warning',
  unmatched: 'warning',
  failed: 'danger',
  payment_failed: 'danger',
  failing: 'danger',
  dispute_lost: 'danger',
}

/** A status as it is shown. */
export const statusWords = (status: string): string => {
  const text = status.replaceAll('_', ' ')
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`
}

/** The marks differ in shape as well as in colour. */
function Mark({ tone }: { readonly tone: Tone }): ReactElement {
  return (
    <svg width="8" height="8" viewBox="0 0 8 8" aria-hidden="true" focusable="false">
      {tone === 'success' && <circle cx="4" cy="4" r="4" fill="currentColor" />}
      {tone === 'info' && <circle cx="4" cy="4" r="3" fill="none" stroke="currentColor" strokeWidth="2" />}
      {tone === 'warning' && <path d="M4 0l4 8H0z" fill="currentColor" />}
      {tone === 'danger' && <rect width="8" height="8" rx="1" fill="currentColor" />}
      {tone === 'neutral' && <rect y="3" width="8" height="2" fill="currentColor" />}
    </svg>
  )
}

/** A status as mark and word. `label` replaces the word. */
export function Status({
  status,
  label,
}: {
  readonly status: string
  readonly label?: string
}): ReactElement {
  const tone = TONES[status] ?? 'neutral'
  return (
    <span className={`status status-${tone}`}>
      <Mark tone={tone} />
      {label ?? statusWords(status)}
    </span>
  )
}

/** A short fact beside a name, without a tone. */
export function Tag({ children }: { readonly children: string }): ReactElement {
  return <span className="tag">{children}</span>
}
