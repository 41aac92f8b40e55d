import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Instant, instant } from '../calendar/instant.ts'
import { SUBSCRIPTION_STATUSES } from '../subscriptions/lifecycle.ts'
import { type EventCandidate, subscriptionOfEvent } from './event-subscription.ts'

const at = (day: number): Instant => instant(day * 86_400_000)
type Named = EventCandidate & { readonly name: string }

const active = (name: string, from: number): Named => ({
  name,
  status: 'active',
  startedAt: at(from),
  terminatedAt: null,
})
const ended = (name: string, from: number, to: number): Named => ({
  name,
  status: 'terminated',
  startedAt: at(from),
  terminatedAt: at(to),
})
const pending: Named = { name: 'pending', status: 'pending', startedAt: null, terminatedAt: null }

const nameOf = (candidates: readonly Named[], day: number, isRecurring = false) =>
  subscriptionOfEvent(candidates, at(day), isRecurring)?.name ?? null

describe('subscriptionOfEvent', () => {
  it('98: the first and the last millisecond belong to the subscription', () => {
    expect(nameOf([active('a', 10)], 10)).toBe('a')
    expect(subscriptionOfEvent([active('a', 10)], instant(at(10) - 1), false)).toBeNull()
    expect(nameOf([ended('a', 10, 20)], 20)).toBe('a')
    expect(subscriptionOfEvent([ended('a', 10, 20)], instant(at(20) + 1), false)).toBeNull()
  })

  it('the new subscription has the instant of a change of plan', () => {
    expect(nameOf([ended('old', 10, 20), active('new', 20)], 20)).toBe('new')
    expect(nameOf([ended('old', 10, 20), active('new', 20)], 19)).toBe('old')
  })

  it('of ended ones that overlap, the one that ended last; of those the one that started last', () => {
    expect(nameOf([ended('a', 1, 9), ended('b', 2, 8)], 5)).toBe('a')
    expect(nameOf([ended('a', 1, 9), ended('b', 2, 9)], 5)).toBe('b')
  })

  it('a time in whole seconds belongs to what began within the second, the first of several', () => {
    const within = (name: string, fromMs: number, toMs: number | null): Named => ({
      name,
      status: toMs === null ? 'active' : 'terminated',
      startedAt: instant(at(10) + fromMs),
      terminatedAt: toMs === null ? null : instant(at(10) + toMs),
    })
    const only = within('only', 999, null)
    expect(nameOf([only], 10)).toBe('only')
    expect(nameOf([within('next', 1000, null)], 10)).toBeNull()
    expect(subscriptionOfEvent([only], instant(at(10) + 1), false)).toBeNull()
    const upgraded = [within('old', 200, 500), within('new', 500, null)]
    expect(nameOf(upgraded, 10)).toBe('old')
    expect(nameOf([within('empty', 500, 500), within('new', 500, null)], 10)).toBe('new')
    // Whatever lived at that time comes first.
    expect(nameOf([ended('before', 1, 10), only], 10)).toBe('before')
    expect(nameOf([{ ...only, status: 'incomplete' }], 10)).toBeNull()
    expect(nameOf([within('old', 300, 400), only], 10, true)).toBe('old')
  })

  it('97: a pending, incomplete or ended subscription takes no event', () => {
    expect(nameOf([pending, ended('a', 1, 2)], 5)).toBeNull()
    expect(nameOf([{ ...active('a', 1), status: 'incomplete' }], 5)).toBeNull()
  })

  it('the active one takes what a recurring metric dates before it, or between two', () => {
    const both = [ended('old', 1, 2), active('new', 20)]
    expect(nameOf(both, 10, true)).toBe('new')
    expect(nameOf(both, 0, true)).toBe('new')
    expect(nameOf(both, 2, true)).toBe('old')
    expect(nameOf([ended('old', 1, 2), pending], 10, true)).toBeNull()
  })

  it('finds the one active at the event’s time if there is one, in any order of the list', () => {
    const day = fc.integer({ min: 0, max: 20 })
    const candidate = fc
      .record({
        status: fc.constantFrom(...SUBSCRIPTION_STATUSES),
        start: fc.option(day),
        end: fc.option(day),
      })
      .map(
        ({ status, start, end }): Named => ({
          name: `${status}-${start}-${end}`,
          status,
          startedAt: start === null ? null : at(start),
          terminatedAt: end === null ? null : at(end),
        }),
      )
    fc.assert(
      fc.property(fc.array(candidate), day, fc.boolean(), (candidates, when, isRecurring) => {
        const found = subscriptionOfEvent(candidates, at(when), isRecurring)
        const metered = subscriptionOfEvent(candidates, at(when), false)
        if (metered) expect(found?.name).toBe(metered.name)
        if (found && !metered) expect([isRecurring, found.status]).toEqual([true, 'active'])
        const reversed = subscriptionOfEvent([...candidates].reverse(), at(when), isRecurring)
        expect([reversed?.startedAt, reversed?.terminatedAt]).toEqual([found?.startedAt, found?.terminatedAt])
      }),
    )
  })
})
