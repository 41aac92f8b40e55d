import { describe, expect, it } from 'vitest'
import { readVoid } from './void.ts'

describe('readVoid', () => {
  it.each([{}, { generate_credit_note: false, credit_amount: 5000 }, { generate_credit_note: null }])(
    'gives nothing back without a credit note, whatever the amounts: %o',
    (input) => expect(readVoid(input)).toEqual({ ok: true, value: null }),
  )

  it('reads what to credit and to refund, nothing unless it is said', () => {
    const read = (amounts: object) => {
      const found = readVoid({ generate_credit_note: 'true', ...amounts })
      return found.ok && found.value
    }
    expect(read({ credit_amount: 900, refund_amount: '300' })).toEqual({
      creditCents: 900n,
      refundCents: 300n,
    })
    expect(read({})).toEqual({ creditCents: 0n, refundCents: 0n })
  })

  it('refuses values that are no amounts', () => {
    expect(readVoid({ generate_credit_note: 1 })).toEqual({
      ok: false,
      problem: { kind: 'invalid', details: { generate_credit_note: ['value_is_invalid'] } },
    })
    expect(readVoid({ generate_credit_note: true, credit_amount: -1, refund_amount: 'x' })).toEqual({
      ok: false,
      problem: {
        kind: 'invalid',
        details: { credit_amount: ['value_is_out_of_range'], refund_amount: ['value_is_invalid'] },
      },
    })
  })
})
