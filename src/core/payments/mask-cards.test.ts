import { describe, expect, it } from 'vitest'
import { withoutCardNumbers } from './mask-cards.ts'

describe('a message that is kept', () => {
  it.each([
    ['4242424242424242', '••••••••••••4242'],
    ['4242 4242 4242 4242', '••••••••••••4242'],
    ['4242-4242-4242-4242', '••••••••••••4242'],
    ['378282246310005', '•••••••••••0005'],
    ['2223003122003222', '••••••••••••3222'],
    ['paid with 5555555555554444, thanks', 'paid with ••••••••••••4444, thanks'],
    // No check digit, no card of any scheme, too short, a part of something longer, times and ids.
    ['4242424242424241', '4242424242424241'],
    ['1700000000000', '1700000000000'],
    ['424242424242', '424242424242'],
    ['pi_4242424242424242', 'pi_4242424242424242'],
    ['01a22615-4242-4242-8242-424242424242', '01a22615-4242-4242-8242-424242424242'],
    ['42424242424242424242', '42424242424242424242'],
  ])('has %s as %s', (text, kept) => {
    expect(withoutCardNumbers({ data: { notes: [text] } })).toEqual({ data: { notes: [kept] } })
  })

  it('keeps what names things at the provider, and amounts', () => {
    const body = {
      id: '4242424242424242',
      pspReference: '4242424242424242',
      originalReference: '4242424242424242',
      payment_id: '4242424242424242',
      additionalData: {
        'recurring.recurringDetailReference': '4242424242424242',
        hmacSignature: '4242424242424242',
      },
      storedPaymentMethodId: '4242424242424242',
      tx_ref: '4242424242424242',
      amount: 4_242_424_242_424_242,
    }
    expect(withoutCardNumbers(body)).toEqual(body)
  })

  it('masks a bare number where a card is meant', () => {
    expect(withoutCardNumbers({ card_number: 4_242_424_242_424_242, flags: [true, null] })).toEqual({
      card_number: '••••••••••••4242',
      flags: [true, null],
    })
  })
})
