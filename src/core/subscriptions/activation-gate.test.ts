import { describe, expect, it } from 'vitest'
import { billingPlan, billingSubscription } from '../../../test/support/subscription-fixtures.ts'
import type { Instant } from '../calendar/instant.ts'
import {
  decideGate,
  gateDeadline,
  isAttemptAwaited,
  isGated,
  isRolledOver,
  ruleExpiresAt,
} from './activation-gate.ts'

const at = (text: string) => Date.parse(text) as Instant
const RULES = [{ type: 'payment' }]

describe('whether a start waits', () => {
  const start = (plan: object) => ({
    plan: billingPlan(plan),
    subscription: billingSubscription('2024-01-10'),
    at: at('2024-01-10T00:00:00Z'),
  })

  it.each([
    ['the price of a plan in advance', { payInAdvance: true }, true],
    ['fixed charges in advance', { payInAdvance: false, hasPayInAdvanceFixedCharges: true }, true],
    ['nothing', { payInAdvance: false }, false],
  ])('is decided by what is paid at once: %s', (_, plan, expected) => {
    expect(isGated(RULES, start(plan))).toBe(expected)
    expect(isGated([], start(plan))).toBe(false)
  })
})

describe('the end of the waiting', () => {
  it('is the timeout from its begin on, and never without one', () => {
    expect(ruleExpiresAt(48, at('2024-01-10T10:00:00Z'))).toBe(at('2024-01-12T10:00:00Z'))
    expect(ruleExpiresAt(0, at('2024-01-10T10:00:00Z'))).toBeNull()
  })

  it('is the first of the timeout and the local midnight on which the subscription would end', () => {
    const timeout = at('2024-01-12T10:00:00Z')
    expect(gateDeadline([timeout, null], null, 'UTC')).toBe(timeout)
    expect(gateDeadline([timeout], at('2024-01-11T20:00:00Z'), 'Europe/Berlin')).toBe(
      at('2024-01-10T23:00:00Z'),
    )
    expect(gateDeadline([null], null, 'UTC')).toBeNull()
  })
})

describe('what becomes of a waiting subscription', () => {
  const now = at('2024-01-12T10:00:00Z')
  const invoice = (status: string, paymentStatus = 'pending') => ({ status, paymentStatus })

  it.each([
    ['paid in time', invoice('finalized', 'succeeded'), null, { kind: 'activate' }],
    [
      'paid, and looked at when the time is over',
      invoice('finalized', 'succeeded'),
      now,
      { kind: 'activate' },
    ],
    ['paid, and not final yet', invoice('open', 'succeeded'), now, { kind: 'activate' }],
    ['without an invoice', undefined, null, { kind: 'activate' }],
    ['with an invoice of nothing', invoice('closed', 'succeeded'), null, { kind: 'activate' }],
    ['failed', invoice('open', 'failed'), null, { kind: 'cancel', reason: 'payment_failed' }],
    ['failed at the end', invoice('open', 'failed'), now, { kind: 'cancel', reason: 'payment_failed' }],
    ['unpaid at the end', invoice('open'), now, { kind: 'cancel', reason: 'timeout' }],
    ['unpaid before the end', invoice('open'), (now + 1) as Instant, { kind: 'wait' }],
    ['unpaid without an end', invoice('open'), null, { kind: 'wait' }],
  ] as const)('%s', (_, of, deadline, decision) => {
    expect(decideGate({ invoice: of, deadline, awaitsAttempt: false }, now)).toEqual(decision)
  })

  it.each([
    ['unpaid at the end', invoice('open'), now, { kind: 'wait_for_attempt' }],
    ['unpaid before the end', invoice('open'), (now + 1) as Instant, { kind: 'wait' }],
    ['failed at the end', invoice('open', 'failed'), now, { kind: 'cancel', reason: 'payment_failed' }],
    ['paid at the end', invoice('finalized', 'succeeded'), now, { kind: 'activate' }],
  ] as const)('whose charge was not attempted: %s', (_, of, deadline, decision) => {
    expect(decideGate({ invoice: of, deadline, awaitsAttempt: true }, now)).toEqual(decision)
  })
})

describe('the attempt of a charge', () => {
  const now = at('2024-01-12T10:00:00Z')
  const charge = { state: 'created', tries: 0, firstSentAt: null, canBeSent: true } as const
  const sent = { ...charge, state: 'unknown', firstSentAt: at('2024-01-11T10:00:01Z') } as const

  it.each([
    ['not sent yet', charge, true],
    ['not sent, through a connection that does not work', { ...charge, canBeSent: false }, false],
    ['not sent, as the provider could not be reached', { ...charge, tries: 1 }, false],
    ['being sent', { ...charge, state: 'sending' as const, firstSentAt: now }, true],
    ['sent, without an answer', sent, true],
    ['sent a day ago, without an answer', { ...sent, firstSentAt: at('2024-01-11T10:00:00Z') }, false],
    ['sent, and up to the payer', { ...sent, state: 'action_required' as const }, false],
    ['sent, and up to the bank', { ...sent, state: 'processing' as const }, false],
    ['held', { ...charge, state: 'held' as const }, false],
  ])('is awaited or not: %s', (_, of, expected) => {
    expect(isAttemptAwaited(of, now)).toBe(expected)
  })
})

describe('a period that is over', () => {
  const rolled = (until: string) =>
    isRolledOver(
      {
        plan: billingPlan({ payInAdvance: true, interval: 'monthly' }),
        subscription: billingSubscription('2024-01-30', { status: 'active' }),
        at: at(until),
        zone: 'UTC',
      },
      at('2024-01-30T10:00:00Z'),
    )

  it('is one whose next billing day has begun', () => {
    expect(rolled('2024-01-31T23:59:59.999Z')).toBe(false)
    expect(rolled('2024-02-01T00:00:00Z')).toBe(true)
    expect(rolled('2024-05-10T00:00:00Z')).toBe(true)
  })
})
