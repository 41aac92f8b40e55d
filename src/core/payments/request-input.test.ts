import { describe, expect, it } from 'vitest'
import { type RequestedInvoice, readPaymentRequest, readRequestEnd, requestOf } from './request-input.ts'

const OVERDUE: RequestedInvoice = {
  status: 'finalized',
  totalAmountCents: 14_900n,
  totalPaidAmountCents: 0n,
  offsetAmountCents: 0n,
  paymentOverdue: true,
  currency: 'EUR',
  billingEntityId: 'a',
}

describe('a payment request', () => {
  it('asks for what is due, not for the totals', () => {
    const second = {
      ...OVERDUE,
      totalAmountCents: 1000n,
      totalPaidAmountCents: 300n,
      offsetAmountCents: 200n,
    }
    expect(requestOf([OVERDUE, second])).toEqual({
      ok: true,
      value: { amountCents: 15_400n, currency: 'EUR' },
    })
  })

  it.each([
    ['invoice_not_found', []],
    ['invoices_not_overdue', [OVERDUE, { ...OVERDUE, paymentOverdue: false, currency: 'USD' }]],
    ['invoices_have_different_currencies', [OVERDUE, { ...OVERDUE, currency: 'USD', billingEntityId: 'b' }]],
    ['invoices_have_different_billing_entities', [OVERDUE, { ...OVERDUE, billingEntityId: 'b' }]],
  ])('is refused with %s', (code, invoices) => {
    expect(requestOf(invoices)).toMatchObject({ ok: false, problem: { code } })
  })

  it('is refused last while one of its invoices is being paid', () => {
    expect(requestOf([OVERDUE], true)).toMatchObject({
      problem: { code: 'invoices_not_ready_for_payment_processing' },
    })
    expect(requestOf([OVERDUE, { ...OVERDUE, billingEntityId: 'b' }], true)).toMatchObject({
      problem: { code: 'invoices_have_different_billing_entities' },
    })
  })

  it('reads its body', () => {
    expect(readPaymentRequest({ external_customer_id: ' c ', lago_invoice_ids: ['a', 'a'] })).toEqual({
      ok: true,
      value: { externalCustomerId: 'c', email: null, invoiceIds: ['a'] },
    })
    expect(readPaymentRequest({ lago_invoice_ids: 'a', email: {} })).toMatchObject({
      problem: { details: { lago_invoice_ids: ['must_be_an_array'], email: ['value_is_invalid'] } },
    })
  })

  it.each([undefined, null, 'pending', 'paid', 1])('does not end as %j', (payment_status) => {
    expect(readRequestEnd({ payment_status })).toMatchObject({
      problem: { details: { payment_status: ['value_is_invalid'] } },
    })
  })
})
