import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { deliveryFlags, type SharedDelivery } from '../core/webhooks/delivery-flags.ts'
import { WebhookShares } from './webhook-shares.ts'

const delivery = (organizationId: string, endpointId: string): SharedDelivery => ({
  organizationId,
  endpointId,
})
const QUICK = 100
const SLOW = 30_000

/** Begins a delivery unless its share is used up, as the queue does. */
function tryBegin(shares: WebhookShares, one: SharedDelivery): boolean {
  const usedUp = shares.usedUp()
  if (deliveryFlags(one).some((flag) => usedUp.includes(flag))) return false
  shares.begin(one)
  return true
}

describe('WebhookShares', () => {
  it('gives an endpoint a quarter, an organization a half, and all of them all slots but one', () => {
    const shares = new WebhookShares(16)
    const begun = (organization: string, endpoint: string) => {
      let count = 0
      while (tryBegin(shares, delivery(organization, endpoint))) count += 1
      return count
    }
    expect([begun('a', 'a1'), begun('a', 'a2'), begun('a', 'a3')]).toEqual([4, 4, 0])
    expect([begun('b', 'b1'), begun('b', 'b2'), begun('c', 'c1')]).toEqual([4, 3, 0])
    shares.end(delivery('a', 'a1'), QUICK)
    expect(begun('c', 'c1')).toBe(1)
  })

  it('keeps slow endpoints to a quarter together, until they answer in time', () => {
    const shares = new WebhookShares(8)
    const slow = ['a', 'b', 'c', 'd'].map((name) => delivery(name, name))
    for (const one of slow) {
      shares.begin(one)
      shares.end(one, SLOW)
    }
    expect(slow.map((one) => tryBegin(shares, one))).toEqual([true, true, false, false])
    expect(tryBegin(shares, delivery('a', 'a'))).toBe(false)
    expect(tryBegin(shares, delivery('e', 'e'))).toBe(true)
    shares.end(delivery('a', 'a'), QUICK)
    expect(tryBegin(shares, delivery('a', 'a'))).toBe(true)
    expect(tryBegin(shares, delivery('c', 'c'))).toBe(true)
    expect(tryBegin(shares, delivery('d', 'd'))).toBe(false)
  })

  it('never exceeds a share, and never leaves a usable slot idle', () => {
    const names = fc.constantFrom('a', 'b', 'c')
    const step = fc.record({ organization: names, endpoint: names, ends: fc.boolean(), isSlow: fc.boolean() })
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 16 }), fc.array(step, { maxLength: 120 }), (slots, steps) => {
        const shares = new WebhookShares(slots)
        const running: SharedDelivery[] = []
        for (const { organization, endpoint, ends, isSlow } of steps) {
          const one = delivery(organization, `${organization}-${endpoint}`)
          if (ends) {
            const ended = running.shift()
            if (ended) shares.end(ended, isSlow ? SLOW : QUICK)
          } else if (tryBegin(shares, one)) running.push(one)
          const most = (key: keyof SharedDelivery) =>
            Math.max(0, ...running.map((each) => running.filter((other) => other[key] === each[key]).length))
          expect(running.length).toBeLessThanOrEqual(Math.max(1, slots - 1))
          expect(most('organizationId')).toBeLessThanOrEqual(Math.max(1, Math.floor(slots / 2)))
          expect(most('endpointId')).toBeLessThanOrEqual(Math.max(1, Math.floor(slots / 4)))
        }
        for (const one of running) shares.end(one, QUICK)
        expect(shares.usedUp()).toEqual([])
      }),
    )
  })
})
