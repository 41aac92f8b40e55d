import { describe, expect, it } from 'vitest'
import { Decimal } from '../amounts/decimal.ts'
import { hasOwnAlerts, hasReached, readOwnAlert } from './own-alert.ts'
import { PORTAL_PARTS } from './portal-parts.ts'

const read = (input: Record<string, unknown>) => readOwnAlert(input)

describe('an alert of a customer', () => {
  it('is on the usage of a subscription or on the balance of a wallet', () => {
    expect(read({ subscription_id: 's', amount_cents: 5 })).toEqual({
      ok: true,
      value: { type: 'current_usage_amount', subjectId: 's', amountCents: 5n },
    })
    expect(read({ subscription_id: '', wallet_id: 'w', amount_cents: '0' })).toEqual({
      ok: true,
      value: { type: 'wallet_balance_amount', subjectId: 'w', amountCents: 0n },
    })
    expect(read({ subscription_id: 's', amount_cents: 0 }).ok).toBe(false)
  })

  it.each([
    ['current_usage_amount', 99, false],
    ['current_usage_amount', 100, true],
    ['current_usage_amount', 101, true],
    ['wallet_balance_amount', 99, true],
    ['wallet_balance_amount', 100, true],
    ['wallet_balance_amount', 101, false],
  ] as const)('%s of 100 at %d: %s', (type, figure, reached) => {
    expect(hasReached(type, Decimal.of(100), Decimal.of(figure))).toBe(reached)
  })

  it('is there only where the portal shows what it tells', () => {
    const without = (part: string) => PORTAL_PARTS.filter((each) => each !== part)
    expect(hasOwnAlerts(PORTAL_PARTS, 'current_usage_amount')).toBe(true)
    for (const part of ['alerts', 'usage', 'amounts'])
      expect(hasOwnAlerts(without(part), 'current_usage_amount')).toBe(false)
    for (const part of ['alerts', 'wallets'])
      expect(hasOwnAlerts(without(part), 'wallet_balance_amount')).toBe(false)
    expect(hasOwnAlerts(without('amounts'), 'wallet_balance_amount')).toBe(true)
  })
})
