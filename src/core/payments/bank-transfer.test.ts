import { describe, expect, it } from 'vitest'
import { bankTransferFor, paysByTransfer } from './bank-transfer.ts'

describe('the bank transfer for a currency', () => {
  it.each([
    ['EUR', 'DE', 'FR', { type: 'eu_bank_transfer', country: 'DE' }],
    ['EUR', 'IT', 'FR', { type: 'eu_bank_transfer', country: 'FR' }],
    ['EUR', null, 'NL', { type: 'eu_bank_transfer', country: 'NL' }],
    ['EUR', 'IT', 'US', 'missing_country'],
    ['EUR', null, null, 'missing_country'],
    ['USD', null, null, { type: 'us_bank_transfer', country: null }],
    ['GBP', 'FR', null, { type: 'gb_bank_transfer', country: null }],
    ['JPY', null, null, { type: 'jp_bank_transfer', country: null }],
    ['MXN', null, null, { type: 'mx_bank_transfer', country: null }],
    ['CHF', 'DE', 'DE', 'currency_not_supported'],
  ])('%s, payer %s, seller %s', (currency, payer, seller, expected) => {
    expect(bankTransferFor(currency, { payer, seller })).toEqual(expected)
  })
})

describe('a customer who pays by transfer', () => {
  it.each([
    [['customer_balance'], true],
    [['card', 'customer_balance'], false],
    [['card'], false],
    [[], false],
    [null, false],
  ])('%j: %s', (types, expected) => {
    expect(paysByTransfer(types)).toBe(expected)
  })
})
