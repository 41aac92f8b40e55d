import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  at,
  billingPlan,
  billingSubscription,
  endedAt,
  shown,
} from '../../../test/support/subscription-fixtures.ts'
import { BILLING_INTERVALS, BILLING_TIMES } from '../calendar/boundaries.ts'
import { addMs, HOUR_MS, instant } from '../calendar/instant.ts'
import { localDate, startOfDay } from '../calendar/zone.ts'
import { nextBillingAt } from './due.ts'
import { type BilledWindow, continuedWindow, openUsageWindow } from './open-window.ts'
import type { BillingSubscription } from './subscription.ts'
import { periodicWindows } from './windows.ts'

const NEW_YORK = 'America/New_York'
const PARIS = 'Europe/Paris'
const plan = billingPlan()
const subscription = billingSubscription('2023-06-01T00:00:00Z')

/** The month that was billed in UTC. */
const january: BilledWindow = {
  from: at('2024-01-01T00:00:00Z'),
  to: at('2024-01-31T23:59:59.999Z'),
  zone: 'UTC',
}

function opened(on: string, zone: string, changes: Partial<BillingSubscription> = {}) {
  const moment = { plan, subscription: { ...subscription, ...changes }, at: at(on), zone }
  const { window, durationDays } = openUsageWindow(moment, [january])
  return [shown(window), durationDays]
}

describe('the open usage window', () => {
  it.each([
    ['of the zone of the bills is the period', '2024-02-10', 'UTC', '2024-02-01 .. 2024-02-29', 29],
    ['west takes in the gap', '2024-02-10', NEW_YORK, '2024-02-01 .. 2024-03-01T04:59:59.999Z', 29],
    [
      'west, in the gap itself',
      '2024-02-01T00:30:00Z',
      NEW_YORK,
      '2024-02-01 .. 2024-03-01T04:59:59.999Z',
      29,
    ],
    ['east leaves out what was billed', '2024-02-10', PARIS, '2024-02-01 .. 2024-02-29T22:59:59.999Z', 29],
    [
      'of an hour that was billed is the billed one',
      '2024-01-31T23:30:00Z',
      PARIS,
      '2024-01-01 .. 2024-01-31',
      31,
    ],
    [
      'of the next period is the period',
      '2024-03-10',
      PARIS,
      '2024-02-29T23:00:00.000Z .. 2024-03-31T21:59:59.999Z',
      31,
    ],
    [
      'before any bill is the period',
      '2023-12-10',
      PARIS,
      '2023-11-30T23:00:00.000Z .. 2023-12-31T22:59:59.999Z',
      31,
    ],
  ])('%s', (_, on, zone, window, days) => {
    expect(opened(on, zone)).toEqual([window, days])
  })

  it('ends with the subscription', () => {
    const ended = endedAt('2024-02-01T02:00:00Z')
    expect(opened('2024-02-01T02:00:00Z', NEW_YORK, ended)[0]).toBe('2024-02-01 .. 2024-02-01T02:00:00.000Z')
    expect(opened('2024-02-10', PARIS, ended)[0]).toBe('2024-02-01 .. 2024-02-01T02:00:00.000Z')
  })
})

describe('a continued window', () => {
  const february = { from: at('2024-02-01T05:00:00Z'), to: at('2024-03-01T04:59:59.999Z') }

  it('goes on where the newest window ended that another zone billed, if zones alone explain the distance', () => {
    const december = { from: at('2023-12-01'), to: at('2023-12-31T23:59:59.999Z'), zone: 'UTC' }
    expect(shown(continuedWindow(february, [december, january], NEW_YORK))).toBe(
      '2024-02-01 .. 2024-03-01T04:59:59.999Z',
    )
    expect(continuedWindow(february, [december], NEW_YORK)).toEqual(february)
    expect(continuedWindow(february, [january], 'UTC')).toEqual(february)
    expect(continuedWindow(february, [], NEW_YORK)).toEqual(february)
  })

  it('never covers again what was billed', () => {
    const again = { from: at('2024-01-01T05:00:00Z'), to: at('2024-02-01T02:00:00Z') }
    expect(shown(continuedWindow(again, [january], NEW_YORK))).toBe('2024-02-01 .. 2024-02-01T02:00:00.000Z')
    const whole = continuedWindow({ ...again, to: at('2024-01-20') }, [january], NEW_YORK)
    expect(whole.from).toBe(whole.to)
  })

  it('of any customer that moves at any time, holds each instant once and is the one that was open', () => {
    const zones = ['UTC', PARIS, NEW_YORK, 'Asia/Kolkata', 'Pacific/Kiritimati', 'Pacific/Pago_Pago']
    const cases = fc.record({
      interval: fc.constantFrom(...BILLING_INTERVALS),
      billingTime: fc.constantFrom(...BILLING_TIMES),
      payInAdvance: fc.boolean(),
      start: fc.integer({ min: Date.parse('2019-01-01'), max: Date.parse('2025-01-01') }),
      moves: fc.array(fc.constantFrom(...zones), { minLength: 2, maxLength: 8 }),
      after: fc.array(fc.integer({ min: 0, max: 150 * HOUR_MS }), { minLength: 8, maxLength: 8 }),
    })
    fc.assert(
      fc.property(cases, ({ start, billingTime, moves, after, ...flags }) => {
        const own = billingPlan(flags)
        const one = billingSubscription(new Date(start).toISOString(), { billingTime })
        const billed: BilledWindow[] = []
        let last = { at: addMs(one.createdAt, -1), zone: moves[0] ?? 'UTC' }
        for (const [index, zone] of moves.entries()) {
          // As bills are made due after a move: a date that was billed in one zone is not billed in the next.
          const since = billed.length === 0 ? last.at : startOfDay(localDate(last.at, last.zone), zone)
          const due = nextBillingAt(own, one, since, zone)
          if (due === null) throw new Error('an active subscription has a next bill')
          const from = (billed.at(-1)?.to ?? start - 1) + 1
          const window = continuedWindow(
            periodicWindows({ plan: own, subscription: one, at: due, zone }).charges ?? {
              from: due,
              to: due,
            },
            billed,
            zone,
          )
          if (index > 0) expect(window.from).toBe(from)
          billed.push({ ...window, zone })
          last = { at: due, zone }
          // Across the date line and back within a day the next bill comes before the last one: it holds nothing.
          if (window.from === window.to) return
          const seen = instant(Math.min(window.from + (after[index] ?? 0), window.to))
          const open = openUsageWindow({ plan: own, subscription: one, at: seen, zone }, billed.slice(0, -1))
          expect(open.window).toEqual(window)
        }
      }),
      { numRuns: 300 },
    )
  })
})
