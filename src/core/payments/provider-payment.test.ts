import { describe, expect, it } from 'vitest'
import { addMs, instant } from '../calendar/instant.ts'
import type { ProviderPayment } from './gateway.ts'
import { type Evidence, learn, mayReplay, type TrackedPayment } from './provider-payment.ts'

const NOW = instant(1_700_000_000_000)
const MONEY = { cents: 1000n, currency: 'EUR' }
const CREATED: TrackedPayment = {
  state: 'created',
  money: MONEY,
  providerPaymentId: null,
  firstSentAt: null,
  lastSentAt: null,
  absentSince: null,
  hasSucceededBefore: false,
  hasFailedBefore: false,
  needsReview: false,
}
const said = (state: ProviderPayment['state'], others: Partial<ProviderPayment> = {}): Evidence => ({
  kind: 'told',
  payment: { providerPaymentId: 'p', paymentId: 'a', providerStatus: state, state, money: MONEY, ...others },
})
const error = { code: null, message: '' }
const minutes = (count: number) => addMs(NOW, count * 60_000)

/** The payment after several pieces of evidence, each a minute after the one before. */
function learned(...evidence: Evidence[]): TrackedPayment {
  return evidence.reduce((payment, each, n) => learn(payment, each, minutes(n)).payment, CREATED)
}

describe('a payment by a provider', () => {
  it('fails by a definite answer, never by a timeout', () => {
    const claimed: Evidence = { kind: 'claimed' }
    const lost: Evidence = { kind: 'outcome', outcome: { kind: 'unknown', error } }
    expect(learned(claimed, lost).state).toBe('unknown')
    expect(learned(claimed, { kind: 'worker_lost' }).state).toBe('unknown')
    expect(learned(claimed, lost, said('declined')).state).toBe('failed')
    const refused = (code: string): Evidence => ({
      kind: 'outcome',
      outcome: { kind: 'refused', error: { code, message: '' } },
    })
    expect(learned(claimed, refused('invalid')).state).toBe('failed')
    expect(learned(claimed, refused('amount_too_small')).state).toBe('held')
    const notSent: Evidence = { kind: 'outcome', outcome: { kind: 'not_sent', error, retryAfterMs: null } }
    expect(learned(claimed, notSent).state).toBe('created')
  })

  it('is not changed by late, repeated or reordered messages', () => {
    const claimed: Evidence = { kind: 'claimed' }
    const paid = learned(claimed, said('settled'))
    for (const each of ['processing', 'declined', 'canceled', 'settled'] as const) {
      expect(learn(paid, said(each), NOW)).toMatchObject({ payment: paid, announcement: null })
    }
    expect(learn(paid, { kind: 'outcome', outcome: { kind: 'unknown', error } }, NOW).payment).toBe(paid)
    // A page that is paid after a decline, or a cancel that lost the race.
    const late = learn(learned(claimed, said('declined')), said('settled'), NOW)
    expect([late.payment.state, late.announcement]).toEqual(['succeeded', 'succeeded'])
    expect(learn(CREATED, said('settled'), NOW).ignored).not.toBeNull()
  })

  it('is put aside when the provider speaks of another amount, currency or payment', () => {
    const sent = learned({ kind: 'claimed' }, said('processing'))
    for (const others of [
      { money: { cents: 999n, currency: 'EUR' } },
      { money: { cents: 1000n, currency: 'USD' } },
      { providerPaymentId: 'q' },
    ]) {
      const learned = learn(sent, said('settled', others), NOW)
      expect(learned.payment).toEqual({ ...sent, needsReview: true })
    }
  })

  it('is absent after two complete looks, long enough after it was sent', () => {
    const unknown = learned({ kind: 'claimed' }, { kind: 'worker_lost' })
    const absent: Evidence = { kind: 'absent' }
    expect(learn(unknown, absent, minutes(9)).payment).toEqual(unknown)
    const once = learn(unknown, absent, minutes(10)).payment
    expect(once.state).toBe('unknown')
    expect(learn(once, absent, minutes(14)).payment.state).toBe('unknown')
    expect(learn(once, absent, minutes(15)).payment.state).toBe('failed')
    // Sent again, it is looked for anew.
    const again = learn(once, { kind: 'claimed' }, minutes(12)).payment
    expect(again).toMatchObject({ state: 'sending', firstSentAt: NOW, absentSince: null })
  })

  it('is sent again only while its key protects it', () => {
    const unknown = learned({ kind: 'claimed' }, { kind: 'worker_lost' })
    expect(mayReplay(unknown, minutes(23 * 60 - 1))).toBe(true)
    expect(mayReplay(unknown, minutes(23 * 60))).toBe(false)
    expect(mayReplay(learned({ kind: 'claimed' }, said('processing')), NOW)).toBe(false)
  })
})
