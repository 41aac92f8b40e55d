import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { calendarDate } from '../calendar/calendar-date.ts'
import { pageOfDays } from './page-of-days.ts'

const dayOf = (n: number) => calendarDate(`2026-01-${String(28 - n).padStart(2, '0')}`)

describe('pageOfDays', () => {
  it('finds every page of a list', () => {
    const counts = fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 20 })
    const property = fc.property(
      counts,
      fc.integer({ min: 1, max: 30 }),
      fc.nat(200),
      (found, perPage, offset) => {
        const days = found.map((count, n) => ({ day: dayOf(n), count }))
        const all = days.flatMap(({ day, count }) => Array.from({ length: count }, (_, n) => `${day} ${n}`))
        const place = pageOfDays(days, { perPage, offset })
        const page = place
          ? all
              .filter((entry) => entry.slice(0, 10) <= place.newest && entry.slice(0, 10) >= place.oldest)
              .slice(place.skipped, place.skipped + perPage)
          : []
        expect(page).toEqual(all.slice(offset, offset + perPage))
      },
    )
    fc.assert(property)
  })

  it('looks at no more days than hold the page', () => {
    const days = [3, 2, 5, 1].map((count, n) => ({ day: dayOf(n), count }))
    expect(pageOfDays(days, { perPage: 2, offset: 3 })).toEqual({
      newest: dayOf(1),
      oldest: dayOf(1),
      skipped: 0,
    })
    expect(pageOfDays(days, { perPage: 50, offset: 4 })).toEqual({
      newest: dayOf(1),
      oldest: dayOf(3),
      skipped: 1,
    })
    expect(pageOfDays(days, { perPage: 2, offset: 11 })).toBeNull()
    expect(pageOfDays([], { perPage: 2, offset: 0 })).toBeNull()
  })
})
