import type { ReactElement } from 'react'
import { useNow } from '../api/now.ts'
import { formatAgo, formatMoment, formatTime } from '../format/dates.ts'

/** How long ago, with the exact time on hover. */
export function Ago({ at }: { readonly at: string | null | undefined }): ReactElement {
  const now = useNow()
  return (
    <time dateTime={at ?? undefined} title={formatTime(at)}>
      {formatAgo(at, now)}
    </time>
  )
}

/** When something happened in UTC to the second, as logs show it; how long ago that is on hover. */
export function Moment({ at }: { readonly at: string }): ReactElement {
  const now = useNow()
  return (
    <time className="nowrap" dateTime={at} title={formatAgo(at, now)}>
      {formatMoment(at, now)}
    </time>
  )
}
