import { describe, expect, it } from 'vitest'
import { codesOf, reasonOf } from './failure-words.ts'

describe('why a payment failed', () => {
  it.each([
    ['card_declined', 'card_declined', 'insufficient_funds', 'The bank declined the payment.'],
    [
      'insufficient_funds',
      'card_declined',
      'insufficient_funds',
      'There is not enough money in the account.',
    ],
    ['card_declined', 'expired_card', null, 'The card has expired.'],
    ['card_declined', 'card_declined', 'expired_card', 'The card has expired.'],
    // Only a decline has codes of a bank.
    ['network', 'expired_card', null, 'The connection to the provider broke.'],
  ] as const)('%s with %s and %s', (reason, code, decline_code, words) => {
    expect(reasonOf({ reason, code, decline_code, message: 'no' })).toBe(words)
  })

  it.each([
    ['card_declined', 'insufficient_funds', ['card_declined', 'insufficient_funds']],
    ['expired_card', 'expired_card', ['expired_card']],
    ['expired_card', null, ['expired_card']],
    [null, null, []],
  ] as const)('its codes %s and %s, each once', (code, decline_code, codes) => {
    expect(codesOf({ reason: 'card_declined', code, decline_code, message: 'no' })).toEqual(codes)
  })
})
