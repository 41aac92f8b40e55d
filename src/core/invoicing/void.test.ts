import { describe, expect, it } from 'vitest'
import { checkVoid } from './void.ts'

const INVOICE = { creditableCents: 1200n, paidCents: 300n }

const refusalOf = (input: Parameters<typeof checkVoid>[0]) => {
  const checked = checkVoid(input, INVOICE)
  return checked.ok ? null : checked.problem
}

const TOO_MUCH = {
  kind: 'invalid',
  details: { credit_refund_amount: ['total_amount_exceeds_invoice_amount'] },
}

describe('checkVoid', () => {
  it('lets an invoice be voided without giving money back, whatever the amounts', () => {
    expect(refusalOf({})).toBeNull()
    expect(refusalOf({ generate_credit_note: false, credit_amount: 5000 })).toBeNull()
    expect(refusalOf({ generate_credit_note: null })).toBeNull()
  })

  it.each([
    { credit_amount: 1201, refund_amount: 0 },
    { credit_amount: 0, refund_amount: 301 },
    { credit_amount: 1000, refund_amount: 201 },
  ])('refuses more than the invoice holds: %o', (amounts) => {
    expect(refusalOf({ generate_credit_note: true, ...amounts })).toEqual(TOO_MUCH)
  })

  it('refuses credit notes by name, also for amounts that the invoice holds', () => {
    const refused = { kind: 'invalid', details: { generate_credit_note: ['not_supported_yet'] } }
    expect(refusalOf({ generate_credit_note: true })).toEqual(refused)
    expect(refusalOf({ generate_credit_note: 'true', credit_amount: 900, refund_amount: 300 })).toEqual(
      refused,
    )
  })

  it('refuses values that are no amounts', () => {
    expect(refusalOf({ generate_credit_note: 1 })).toEqual({
      kind: 'invalid',
      details: { generate_credit_note: ['value_is_invalid'] },
    })
    expect(refusalOf({ generate_credit_note: true, credit_amount: -1, refund_amount: 'x' })).toEqual({
      kind: 'invalid',
      details: { credit_amount: ['value_is_out_of_range'], refund_amount: ['value_is_invalid'] },
    })
  })
})
