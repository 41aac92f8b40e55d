import { describe, expect, it } from 'vitest'
import type { OwnUsage } from '../api/types.ts'
import { csvOfUsage } from './usage-file.ts'

const HEADS = ['Item', 'Units', 'Amount'] as const
const usage = (currency: string, charges: OwnUsage['charges']): OwnUsage => ({
  ...{ from: '2026-01-01T00:00:00Z', to: '2026-01-31T23:59:59Z', issuing_date: '2026-02-01' },
  ...{ currency, charges },
})

describe('the usage of a period as a file', () => {
  it('has a line for each charge and each of its parts, with amounts that programs read', () => {
    const charges = [
      {
        ...{ name: 'Calls, "all"', units: '1200.5', amount_cents: 123_456 },
        parts: [
          { name: 'eu', units: '1000.5', amount_cents: 123_450 },
          { name: null, units: '200.0', amount_cents: 6 },
        ],
      },
      { name: 'Refunds', units: '-3.0', amount_cents: -5, parts: [] },
    ]
    expect(csvOfUsage(usage('EUR', charges), HEADS).split('\r\n')).toEqual([
      'Item,Units,Amount (EUR)',
      '"Calls, ""all""",1200.5,1234.56',
      '"Calls, ""all"": eu",1000.5,1234.50',
      '"Calls, ""all"": —",200.0,0.06',
      'Refunds,-3.0,-0.05',
      '',
    ])
  })

  it.each([
    ['JPY', '123456'],
    ['KWD', '123.456'],
  ])('has the digits of its currency: %s', (currency, shown) => {
    const charges = [{ name: 'Calls', units: '1.0', amount_cents: 123_456, parts: [] }]
    expect(csvOfUsage(usage(currency, charges), HEADS)).toContain(`Calls,1.0,${shown}\r\n`)
  })

  it('has no amounts where they are hidden', () => {
    const charges = [{ name: 'Calls', units: '1.0', parts: [] }]
    expect(csvOfUsage(usage('EUR', charges), HEADS)).toBe('Item,Units\r\nCalls,1.0\r\n')
  })
})
