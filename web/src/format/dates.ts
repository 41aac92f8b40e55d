/** How days, instants and periods are written, in the reader's language and in a zone that is named. */

import { locale } from './locale.ts'

/** A calendar day such as `2026-11-01`, which has no zone: `1 Nov 2026`. */
export function formatDay(day: string | null | undefined): string {
  if (!day) return '—'
  const at = new Date(`${day.slice(0, 10)}T00:00:00Z`)
  return new Intl.DateTimeFormat(locale(), { dateStyle: 'medium', timeZone: 'UTC' }).format(at)
}

/** A calendar month such as `2026-11`: `November 2026`. */
export function formatMonth(month: string): string {
  const options = { month: 'long', year: 'numeric', timeZone: 'UTC' } as const
  return new Intl.DateTimeFormat(locale(), options).format(new Date(`${month}-01T00:00:00Z`))
}

/** The day of an instant in a zone. */
export function formatDate(instant: string | null | undefined, zone = 'UTC'): string {
  if (!instant) return '—'
  return new Intl.DateTimeFormat(locale(), { dateStyle: 'medium', timeZone: zone }).format(new Date(instant))
}

/** An instant with its zone: `1 Nov 2026, 00:30 UTC`. */
export function formatTime(instant: string | null | undefined, zone = 'UTC'): string {
  if (!instant) return '—'
  const options = { dateStyle: 'medium', timeStyle: 'short', timeZone: zone } as const
  const text = new Intl.DateTimeFormat(locale(), options).format(new Date(instant))
  return `${text} ${zone === 'UTC' ? 'UTC' : zoneName(instant, zone)}`
}

/** An instant in UTC to the second, for logs; without the year where it is that of `now`: `Nov 1, 12:30:07 AM`. */
export function formatMoment(instant: string, now: number): string {
  const at = new Date(instant)
  const isOfThisYear = at.getUTCFullYear() === new Date(now).getUTCFullYear()
  const format = new Intl.DateTimeFormat(locale(), {
    ...{ month: 'short', day: 'numeric', ...(isOfThisYear ? {} : { year: 'numeric' }) },
    ...{ hour: 'numeric', minute: '2-digit', second: '2-digit', timeZone: 'UTC' },
  })
  return format.format(at)
}

function zoneName(instant: string, zone: string): string {
  const parts = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'short' }).formatToParts(
    new Date(instant),
  )
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? zone
}

/** A period with its last day included, as billed: `1 – 30 Nov 2026`. */
export function formatPeriod(
  from: string | null | undefined,
  to: string | null | undefined,
  zone = 'UTC',
): string {
  if (!from || !to) return '—'
  const format = new Intl.DateTimeFormat(locale(), { dateStyle: 'medium', timeZone: zone })
  return format.formatRange(new Date(from), new Date(to))
}

const STEPS = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
] as const

/** How long ago or ahead an instant is, from `now`: `3 days ago`. */
export function formatAgo(instant: string | null | undefined, now: number): string {
  if (!instant) return '—'
  const seconds = Math.round((new Date(instant).getTime() - now) / 1000)
  const format = new Intl.RelativeTimeFormat(locale(), { numeric: 'auto' })
  for (const [unit, length] of STEPS) {
    if (Math.abs(seconds) >= length) return format.format(Math.trunc(seconds / length), unit)
  }
  return format.format(seconds, 'second')
}

/** The instant at which a calendar day such as `2026-11-01` begins in a zone, as the API takes it. */
export function startOfDayIn(day: string, zone: string): string {
  const utc = Date.parse(`${day}T00:00:00Z`)
  // Twice, because the clocks may change between the first guess and the midnight.
  const guess = utc - offsetAt(utc, zone)
  return new Date(utc - offsetAt(guess, zone)).toISOString().replace('.000Z', 'Z')
}

/** The calendar day of an instant in a zone, such as `2026-11-01`. */
export function dayIn(instant: number, zone: string): string {
  return new Date(instant + offsetAt(instant, zone)).toISOString().slice(0, 10)
}

/** How far the clocks of a zone are ahead of UTC at an instant, in ms. */
function offsetAt(instant: number, zone: string): number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    ...{ year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric' },
    second: 'numeric',
  })
  const parts = new Map(format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]))
  const of = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0
  const wall = Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second'))
  return wall - Math.floor(instant / 1000) * 1000
}
