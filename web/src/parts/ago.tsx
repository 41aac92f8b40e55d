import type { ReactElement } from 'react'
import { useNow } from '../api/now.ts'
import { formatAgo, formatTime } from '../format/dates.ts'

/** How long ago, with the exact time on hover. */
export function Ago({ at }: { readonly at: string | null | undefined }): ReactElement {
  const now = useNow()
  return (
    <time dateTime={at ?? undefined} title={formatTime(at)}>
      {formatAgo(at, now)}
    </time>
  )
}
