import { describe, expect, it } from 'vitest'
import { csvOfSums, currenciesOf, daysOf, invoicesOf } from './analytics-data.ts'

describe('the days of a month', () => {
  it.each([
    ['2026-02-01T00:00:00.000Z', '2026-02-01', '2026-02-28'],
    ['2028-02-01T00:00:00.000Z', '2028-02-01', '2028-02-29'],
    ['2026-12-01T00:00:00.000Z', '2026-12-01', '2026-12-31'],
  ])('%s goes from %s to %s', (month, from, to) => {
    expect(daysOf(month)).toEqual([from, to])
  })
})

describe('the invoices behind a sum', () => {
  const sum = { month: '2026-03-01T00:00:00.000Z', amount_cents: 1, currency: 'EUR' }

  it('are those of the month of issue, in its currency', () => {
    expect(invoicesOf('revenue', sum)).toBe('/invoices?currency=EUR&from=2026-03-01&to=2026-03-31')
  })

  it('have the payment status of the sum', () => {
    expect(invoicesOf('collection', { ...sum, payment_status: 'failed' })).toMatch(/&payment=failed$/)
  })
})

it('every currency is named once', () => {
  const sums = ['USD', 'EUR', null, 'USD'].map((currency) => ({ month: '', amount_cents: 1, currency }))
  expect(currenciesOf(sums)).toEqual(['EUR', 'USD'])
})

it('writes the sums of months as a file', () => {
  const sums = [
    { month: '2026-01-01T00:00:00.000Z', amount_cents: 1205, currency: 'EUR', code: 'calls' },
    { month: '2026-02-01T00:00:00.000Z', amount_cents: '7', currency: 'JPY', code: 'seats' },
  ]
  expect(csvOfSums(sums, null)).toBe('Month,Currency,Amount\r\n2026-01,EUR,12.05\r\n2026-02,JPY,7\r\n')
  expect(csvOfSums(sums, ({ code = '' }) => code)).toContain('\r\n2026-01,calls,EUR,12.05\r\n')
})
