import { describe, expect, it } from 'vitest'
import { addMs, type Instant, instant } from '../../src/core/calendar/instant.ts'
import type { ProviderPayment } from '../../src/core/payments/gateway.ts'
import {
  type Evidence,
  KEPT_FOR_A_DAY_MS,
  learn,
  mayReplay,
  type TrackedPayment,
} from '../../src/core/payments/provider-payment.ts'
import { FakeGateway, keyOf } from '../support/fake-gateway.ts'

// The rules of payments by providers against a provider that behaves as badly as it can. Nothing is stored here.

const NOW = instant(1_700_000_000_000)
const MONEY = { cents: 1000n, currency: 'EUR' }
const CREATED: TrackedPayment = {
  state: 'created',
  money: MONEY,
  providerPaymentId: null,
  firstSentAt: null,
  lastSentAt: null,
  mayHaveArrived: false,
  absentSince: null,
  hasSucceededBefore: false,
  hasFailedBefore: false,
  needsReview: false,
}

type Life = { readonly payment: TrackedPayment; readonly announced: readonly string[] }

const LOOKS_MS = [30_000, 120_000, 300_000, 900_000, 3_600_000]
const HOUR_MS = 3_600_000
const STEPS_MAX = 2000

/** Lives a payment through the chaos until it has ended and every message has arrived. */
async function live(gateway: FakeGateway, clock: { now: Instant }, id: string): Promise<Life> {
  let payment = CREATED
  const announced: string[] = []
  const learned = (evidence: Evidence) => {
    const result = learn(payment, evidence, clock.now)
    payment = result.payment
    if (result.announcement) announced.push(result.announcement)
  }
  const order = { paymentId: id, idempotencyKey: keyOf(id), money: MONEY }
  const send = async () => {
    learned({ kind: 'claimed' })
    const isDead = gateway.random() < 0.05
    if (isDead && gateway.random() < 0.5) return learned({ kind: 'worker_lost' })
    const outcome = await gateway.charge(order)
    learned(isDead ? { kind: 'worker_lost' } : { kind: 'outcome', outcome })
  }
  const look = async () => {
    const found = await gateway.findPayment(id, payment.firstSentAt ?? clock.now)
    if (!found.ok) return
    const [item] = found.value.items
    if (item) learned({ kind: 'told', payment: item })
    else if (found.value.isComplete) learned({ kind: 'absent' })
  }
  const inbox: { at: Instant; payment: ProviderPayment }[] = []
  let looks = 0
  for (let step = 0; step < STEPS_MAX; step += 1) {
    inbox.push(...gateway.takeMessages())
    inbox.sort((a, b) => a.at - b.at)
    const isOpen = ['created', 'unknown', 'processing', 'action_required'].includes(payment.state)
    if (!isOpen && inbox.length === 0) return { payment, announced }
    const wait = payment.state === 'created' ? 30_000 : (LOOKS_MS[looks] ?? HOUR_MS)
    const [next] = inbox
    if (next && (!isOpen || next.at <= clock.now + wait)) {
      inbox.shift()
      clock.now = instant(Math.max(clock.now, next.at))
      learned({ kind: 'told', payment: next.payment })
      continue
    }
    clock.now = addMs(clock.now, wait)
    if (payment.state === 'created') await send()
    else if (mayReplay(payment, clock.now, KEPT_FOR_A_DAY_MS) && gateway.random() < 0.3) await send()
    else {
      looks += 1
      await look()
    }
  }
  throw new Error(`payment ${id} never ended`)
}

describe('100,000 payments by a chaotic provider', () => {
  it('payment case 58: are none doubled, none lost, and all reconciled', { timeout: 120_000 }, async () => {
    const clock = { now: NOW }
    const gateway = new FakeGateway(20_260_101, () => clock.now)
    const ends = new Map<string, number>()
    const wrong: unknown[] = []
    for (let n = 0; n < 100_000; n += 1) {
      const id = String(n)
      const { payment, announced } = await live(gateway, clock, id)
      const truth = gateway.truthOf(id)
      const expected = truth === 'settled' ? 'succeeded' : truth === 'canceled' ? 'canceled' : 'failed'
      const isTold =
        announced.filter((each) => each === 'succeeded').length === (expected === 'succeeded' ? 1 : 0) &&
        announced.filter((each) => each === 'failed').length <= 1
      if (payment.state !== expected || !isTold || payment.needsReview)
        wrong.push({ id, truth, payment, announced })
      ends.set(payment.state, (ends.get(payment.state) ?? 0) + 1)
    }
    expect(wrong.slice(0, 3)).toEqual([])
    expect([...ends.keys()].sort()).toEqual(['canceled', 'failed', 'succeeded'])
    expect(ends.get('succeeded')).toBeGreaterThan(60_000)
  })
})
