import { describe, expect, it } from 'vitest'
import { addMs, instant } from '../calendar/instant.ts'
import type { ErrorClass, ProviderPayment } from './gateway.ts'
import {
  type Evidence,
  isKnownSuccess,
  KEPT_FOR_A_DAY_MS,
  learn,
  mayReplay,
  type TrackedPayment,
} from './provider-payment.ts'

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
const said = (state: ProviderPayment['state'], others: Partial<ProviderPayment> = {}): Evidence => ({
  kind: 'told',
  payment: { providerPaymentId: 'p', paymentId: 'a', providerStatus: state, state, money: MONEY, ...others },
})
const error = { class: 'network', code: null, message: '' } as const
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
    const refused = (reason: ErrorClass): Evidence => ({
      kind: 'outcome',
      outcome: { kind: 'refused', error: { class: reason, code: null, message: '' } },
    })
    expect(learned(claimed, refused('invalid_request')).state).toBe('failed')
    expect(learned(claimed, refused('amount_too_small')).state).toBe('held')
    const notSent: Evidence = { kind: 'outcome', outcome: { kind: 'not_sent', error, retryAfterMs: null } }
    expect(learned(claimed, notSent).state).toBe('created')
    expect(learned(claimed, notSent, claimed, notSent).state).toBe('created')
  })

  it('stays unknown when it is sent again and that sending is refused unread: the first may have arrived', () => {
    const claimed: Evidence = { kind: 'claimed' }
    const notSent: Evidence = { kind: 'outcome', outcome: { kind: 'not_sent', error, retryAfterMs: null } }
    for (const unclear of [
      { kind: 'worker_lost' },
      { kind: 'outcome', outcome: { kind: 'unknown', error } },
    ] as const) {
      const again = learned(claimed, unclear, claimed, notSent)
      expect(again.state).toBe('unknown')
      expect(learn(again, { kind: 'abandoned' }, NOW).payment).toBe(again)
      expect(learned(claimed, unclear, claimed, notSent, claimed, notSent).state).toBe('unknown')
      expect(learned(claimed, unclear, claimed, notSent, said('settled')).state).toBe('succeeded')
    }
    expect(learned(claimed, notSent, claimed, { kind: 'worker_lost' }, claimed, notSent).state).toBe(
      'unknown',
    )
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
  })

  it('has succeeded when its money has moved, although nothing is known here of its sending', () => {
    for (const state of ['created', 'held'] as const) {
      const unsent = { ...CREATED, state }
      const paid = learn(unsent, said('settled'), NOW)
      expect([paid.payment.state, paid.announcement]).toEqual(['succeeded', 'succeeded'])
      for (const each of ['processing', 'action_required', 'declined', 'canceled'] as const) {
        expect(learn(unsent, said(each), NOW).payment).toBe(unsent)
      }
    }
  })

  it('fails after its success only where the bank has taken the money back', () => {
    const paid = learned({ kind: 'claimed' }, said('settled'))
    expect(learn(paid, said('declined'), NOW).payment).toBe(paid)
    const back = learn(paid, said('declined', { undoesSuccess: true }), NOW)
    expect([back.payment.state, back.announcement]).toEqual(['failed', 'failed'])
    expect(learn(back.payment, said('declined', { undoesSuccess: true }), NOW).announcement).toBeNull()
    const again = learn(back.payment, said('settled'), NOW)
    expect([again.payment.state, again.announcement]).toEqual(['succeeded', null])
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

  it('is not changed by another try that moved no money', () => {
    for (const sent of [learned({ kind: 'claimed' }), learned({ kind: 'claimed' }, said('settled'))]) {
      const known = { ...sent, providerPaymentId: 'p' }
      for (const state of ['declined', 'canceled'] as const) {
        expect(learn(known, said(state, { providerPaymentId: 'q' }), NOW).payment).toBe(known)
      }
    }
  })

  it('takes its id from a later message when a page did not tell it', () => {
    const page = said('settled', { providerPaymentId: null })
    const paid = learn({ ...CREATED, state: 'unknown' }, page, NOW)
    expect(paid).toMatchObject({ payment: { state: 'succeeded', providerPaymentId: null } })
    const told = learn(paid.payment, said('settled'), NOW)
    expect(told).toMatchObject({
      payment: { state: 'succeeded', providerPaymentId: 'p' },
      announcement: null,
      ignored: null,
    })
  })

  it('ends the same whether an authorisation or its end is heard of first', () => {
    const authorised = said('settled', { isOnlyAuthorised: true })
    for (const state of ['declined', 'canceled'] as const) {
      const undone = said(state, { undoesSuccess: true })
      const inOrder = learned({ kind: 'claimed' }, authorised, undone)
      expect([inOrder.state, inOrder.hasFailedBefore]).toEqual(['failed', true])
      const early = learned({ kind: 'claimed' }, undone)
      const late = learn({ ...early, isUndone: early.state === 'failed' }, authorised, NOW)
      expect(['failed', 'canceled']).toContain(late.payment.state)
      expect([late.payment.hasSucceededBefore, late.announcement]).toEqual([false, null])
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

  it('ends unsent when nothing is owed any more, and is given up when nobody takes it', () => {
    expect(learned({ kind: 'abandoned' }).state).toBe('canceled')
    expect(learned({ kind: 'given_up' }).state).toBe('failed')
    const sent = learned({ kind: 'claimed' })
    expect(learn(sent, { kind: 'abandoned' }, NOW).payment).toBe(sent)
    expect(learn(sent, { kind: 'given_up' }, NOW).payment).toBe(sent)
  })

  it('is resolved by hand while it is open, and never after its end', () => {
    const unknown = learned({ kind: 'claimed' }, { kind: 'worker_lost' })
    const paid = learn(unknown, { kind: 'resolved', as: 'succeeded', providerPaymentId: 'p' }, NOW)
    expect(paid).toMatchObject({
      payment: { state: 'succeeded', providerPaymentId: 'p' },
      announcement: 'succeeded',
    })
    const again = learn(paid.payment, { kind: 'resolved', as: 'failed', providerPaymentId: null }, NOW)
    expect(again.payment).toBe(paid.payment)
  })

  it('is told by an answer that comes after its worker was given up', () => {
    const lost = learned({ kind: 'claimed' }, { kind: 'worker_lost' })
    const payment = { providerPaymentId: 'p', paymentId: 'a', providerStatus: 's', state: 'settled' as const }
    const late: Evidence = {
      kind: 'outcome',
      outcome: { kind: 'known', payment: { ...payment, money: MONEY } },
    }
    expect(learn(lost, late, NOW).payment.state).toBe('succeeded')
  })

  it('is sent again only while its key protects it', () => {
    const unknown = learned({ kind: 'claimed' }, { kind: 'worker_lost' })
    expect(mayReplay(unknown, minutes(23 * 60 - 1), KEPT_FOR_A_DAY_MS)).toBe(true)
    expect(mayReplay(unknown, minutes(23 * 60), KEPT_FOR_A_DAY_MS)).toBe(false)
    expect(mayReplay(learned({ kind: 'claimed' }, said('processing')), NOW, KEPT_FOR_A_DAY_MS)).toBe(false)
  })
})

describe('the message of a success', () => {
  const paid = { state: 'succeeded', providerPaymentId: 'p', money: MONEY } as const
  const told = (others: Partial<ProviderPayment> = {}): ProviderPayment => ({
    ...{ providerPaymentId: 'p', paymentId: 'a', providerStatus: 'x', state: 'settled', money: MONEY },
    ...others,
  })
  it('is known where the same payment has succeeded at the same amount', () => {
    expect(isKnownSuccess(paid, told())).toBe(true)
  })
  it.each([
    ['another payment there', paid, told({ providerPaymentId: 'q' })],
    ['another amount', paid, told({ money: { cents: 999n, currency: 'EUR' } })],
    ['another currency', paid, told({ money: { cents: 1000n, currency: 'USD' } })],
    ['another word', paid, told({ state: 'declined' })],
    ['a payment without its id', { ...paid, providerPaymentId: null }, told({ providerPaymentId: null })],
    ['one that is open', { ...paid, state: 'unknown' as const }, told()],
    ['one that was taken back', { ...paid, state: 'failed' as const }, told()],
  ])('is news for %s', (_, payment, message) => {
    expect(isKnownSuccess(payment, message)).toBe(false)
  })
})
