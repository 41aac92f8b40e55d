import { describe, expect, it } from 'vitest'
import { ApiProblem } from './client.ts'
import { textOfErrorDetail, textOfField, textOfProblem } from './problem-texts.ts'

const refused = (texts: Readonly<Record<string, string>>) =>
  new ApiProblem({
    status: 422,
    code: 'third_party_error',
    request: 'POST /x',
    message: 'Unprocessable',
    texts,
  })

describe('what a payment provider said', () => {
  it('is told in its own words, and that it said nothing in ours', () => {
    expect(
      textOfProblem(refused({ third_party: 'Adyen', thirdparty_error: 'Invalid Merchant Account' })),
    ).toBe('Adyen refuses: Invalid Merchant Account')
    expect(textOfProblem(refused({ third_party: 'Adyen', thirdparty_error: 'no answer' }))).toMatch(
      /did not answer/,
    )
    expect(textOfProblem(refused({}))).toMatch(/did not answer/)
  })

  it('of a key is not what is said of a password', () => {
    for (const field of ['secret_key', 'access_token', 'api_key']) {
      expect(textOfField(field, ['invalid_credentials'])).toMatch(/^The provider does not know this/)
    }
    expect(textOfField('password', ['invalid_credentials'])).toMatch(/password is wrong/)
  })
})

describe('what is missing from an invoice', () => {
  it.each([
    ['document_failed', { kind: 'invoice_pdf' }, 'The file could not be made. Open it to try again.'],
    [
      'fee_amount_out_of_range',
      { units: '9000000.0', amount_cents: '1e20' },
      'A line of 9000000.0 units is not billed: its amount is too large.',
    ],
    ['tax_error', {}, 'Tax error.'],
  ])('%s is a sentence', (error_code, details, text) => {
    expect(textOfErrorDetail({ error_code, details })).toBe(text)
  })
})
