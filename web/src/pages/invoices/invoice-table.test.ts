import { expect, it } from 'vitest'
import { stateOf } from './invoice-table.tsx'

type Listed = Parameters<typeof stateOf>[0]

const invoice = {
  status: 'finalized',
  payment_status: 'pending',
  payment_overdue: false,
  payment_dispute_lost_at: null,
  total_paid_amount_cents: 0,
  total_due_amount_cents: 100,
} as unknown as Listed

it('says whether an invoice or only its payment failed', () => {
  expect(stateOf({ ...invoice, status: 'failed' })).toBe('failed')
  expect(stateOf({ ...invoice, payment_status: 'failed' })).toBe('payment_failed')
  expect(stateOf({ ...invoice, payment_status: 'failed', payment_overdue: true })).toBe('overdue')
  expect(stateOf({ ...invoice, total_paid_amount_cents: 50 })).toBe('partially_paid')
})
