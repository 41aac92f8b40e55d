import { describe, expect, it } from 'vitest'
import { type Instant, instant } from '../calendar/instant.ts'
import { type ChainMember, chainOf } from './chain.ts'

const at = (day: number): Instant => instant(Date.UTC(2024, 0, day))

function member(id: string, changes: Partial<ChainMember>): ChainMember {
  return {
    id,
    customerId: 'ada',
    previousSubscriptionId: null,
    status: 'active',
    createdAt: at(1),
    startedAt: at(1),
    terminatedAt: null,
    onTerminationInvoice: 'generate',
    ...changes,
  }
}

describe('chainOf', () => {
  it('of nothing is empty', () => {
    expect(chainOf([], 'ada')).toEqual({
      incomplete: undefined,
      current: undefined,
      isTakenByAnother: false,
      lastBilledTermination: null,
      firstStartedAt: null,
    })
  })

  it('prefers an active subscription to one that waits to start, and the later start', () => {
    const waiting = member('a', { status: 'pending', startedAt: null })
    const early = member('b', { startedAt: at(2) })
    const late = member('c', { startedAt: at(3) })
    expect(chainOf([waiting, early, late], 'ada').current).toBe(late)
    expect(chainOf([waiting], 'ada').current).toBe(waiting)
  })

  it('takes no successor that waits, no ended one and none of another customer for the current one', () => {
    const members = [
      member('a', { status: 'pending', previousSubscriptionId: 'x', startedAt: null }),
      member('b', { status: 'terminated' }),
      member('c', { customerId: 'grace' }),
    ]
    expect(chainOf(members, 'ada').current).toBeUndefined()
    expect(chainOf(members, 'ada').isTakenByAnother).toBe(true)
    expect(chainOf(members, 'grace').isTakenByAnother).toBe(false)
  })

  it('finds the latest termination that was billed and the first start, among its own', () => {
    const members = [
      member('a', { status: 'terminated', startedAt: at(2), terminatedAt: at(5) }),
      member('b', { status: 'terminated', startedAt: at(6), terminatedAt: at(9) }),
      member('c', {
        status: 'terminated',
        terminatedAt: at(12),
        startedAt: at(10),
        onTerminationInvoice: 'skip',
      }),
      member('d', { customerId: 'grace', status: 'terminated', terminatedAt: at(20) }),
    ]
    expect(chainOf(members, 'ada')).toMatchObject({ lastBilledTermination: at(9), firstStartedAt: at(2) })
  })

  it('finds the newest one waiting for its first payment, of any customer', () => {
    const older = member('a', { status: 'incomplete', createdAt: at(2) })
    const newer = member('b', { status: 'incomplete', createdAt: at(3), customerId: 'grace' })
    expect(chainOf([older, newer], 'ada').incomplete).toBe(newer)
  })
})
