import { describe, expect, it } from 'vitest'
import { instant } from '../calendar/instant.ts'
import { ExactNumber } from '../input/exact-number.ts'
import { checkPayment, dueCents, type OwedInvoice, readPaymentOrder } from './payment-input.ts'

const NOW = instant(1_700_000_000_000)
const OF_1000: OwedInvoice = {
  status: 'finalized',
  invoiceType: 'subscription',
  totalAmountCents: 1000n,
  totalPaidAmountCents: 0n,
  offsetAmountCents: 0n,
  isRequestPaid: false,
}

const detailsOf = (result: { ok: boolean; problem?: unknown }) =>
  result.ok ? null : (result as { problem: { details?: unknown; code?: string } }).problem

const pay = (amountCents: bigint, invoice: Partial<OwedInvoice> = {}, input: object = { reference: 'r' }) =>
  checkPayment({ ...input }, { invoiceId: 'i', amountCents }, { ...OF_1000, ...invoice }, NOW)

describe('which invoice, and how much', () => {
  it.each([
    [{}, { invoice_id: ['value_is_mandatory'] }],
    [{ invoice_id: ' ', amount_cents: 5 }, { invoice_id: ['value_is_mandatory'] }],
    [{ invoice_id: 7, amount_cents: 5 }, { invoice_id: ['value_is_mandatory'] }],
    [{ invoice_id: 'i' }, { amount_cents: ['invalid_value'] }],
    [{ invoice_id: 'i', amount_cents: '100' }, { amount_cents: ['invalid_value'] }],
    [{ invoice_id: 'i', amount_cents: 0 }, { amount_cents: ['invalid_value'] }],
    [{ invoice_id: 'i', amount_cents: -1 }, { amount_cents: ['invalid_value'] }],
    [{ invoice_id: 'i', amount_cents: 1.5 }, { amount_cents: ['invalid_value'] }],
    [{ invoice_id: 'i', amount_cents: null }, { amount_cents: ['invalid_value'] }],
    [{ invoice_id: 'i', amount_cents: [100] }, { amount_cents: ['invalid_value'] }],
  ])('refuses %j', (input, details) => {
    expect(detailsOf(readPaymentOrder(input))).toEqual({ kind: 'invalid', details })
  })

  it('takes whole numbers, however large', () => {
    expect(readPaymentOrder({ invoice_id: ' i ', amount_cents: 100 })).toEqual({
      ok: true,
      value: { invoiceId: 'i', amountCents: 100n },
    })
    const large = new ExactNumber('9007199254740993')
    expect(readPaymentOrder({ invoice_id: 'i', amount_cents: large })).toMatchObject({
      value: { amountCents: 9007199254740993n },
    })
  })
})

describe('a manual payment', () => {
  it('of 400 of 1000, then of 700 or of 600', () => {
    expect(pay(400n)).toEqual({ ok: true, value: { amountCents: 400n, reference: 'r', paidAt: NOW } })
    const later = { totalPaidAmountCents: 400n }
    expect(detailsOf(pay(700n, later))).toMatchObject({
      details: { amount_cents: ['value_is_out_of_range'] },
    })
    expect(pay(600n, later).ok).toBe(true)
  })

  it('never pays what credit notes have offset', () => {
    expect(pay(700n, { offsetAmountCents: 300n }).ok).toBe(true)
    expect(pay(701n, { offsetAmountCents: 300n }).ok).toBe(false)
  })

  it.each(['draft', 'voided', 'pending', 'failed', 'closed'])(
    'is refused while the invoice is %s',
    (status) => {
      expect(detailsOf(pay(1n, { status }))).toEqual({ kind: 'forbidden', code: 'feature_unavailable' })
    },
  )

  it('is taken for an open invoice, and for one of paid fees', () => {
    expect(pay(1n, { status: 'open' }).ok).toBe(true)
    expect(pay(1n, { status: 'pending', invoiceType: 'advance_charges' }).ok).toBe(true)
  })

  it('pays credits whole or not at all', () => {
    expect(detailsOf(pay(999n, { invoiceType: 'credit' }))).toMatchObject({
      details: { amount_cents: ['invalid_amount'] },
    })
    expect(pay(1000n, { invoiceType: 'credit' }).ok).toBe(true)
  })

  it.each([
    [{}, { reference: ['value_is_mandatory'] }],
    [{ reference: 'x'.repeat(41) }, { reference: ['value_is_too_long'] }],
    [{ reference: 'r', paid_at: 'yesterday' }, { paid_at: ['invalid_date'] }],
    [{ paid_at: 'yesterday' }, { paid_at: ['invalid_date'] }],
    [{ reference: 'r', paid_at: 5 }, { paid_at: ['invalid_date'] }],
  ])('refuses %j', (input, details) => {
    expect(detailsOf(pay(1n, {}, input))).toEqual({ kind: 'invalid', details })
  })

  it('keeps when it was paid', () => {
    const paid = pay(1n, {}, { reference: 'x'.repeat(40), paid_at: '2023-11-01T12:00:00Z' })
    expect(paid).toMatchObject({ value: { paidAt: Date.parse('2023-11-01T12:00:00Z') } })
  })

  it('is refused once a payment request with the invoice was paid', () => {
    expect(detailsOf(pay(1n, { isRequestPaid: true }))).toMatchObject({
      details: { base: ['payment_request_is_already_succeeded'] },
    })
  })
})

describe('what is due', () => {
  it('is the total less payments and offsets, and nothing once voided', () => {
    const partly = { ...OF_1000, totalPaidAmountCents: 300n, offsetAmountCents: 200n }
    expect(dueCents(partly)).toBe(500n)
    expect(dueCents({ ...partly, status: 'voided' })).toBe(0n)
  })
})
