import { describe, expect, it } from 'vitest'
import { readCampaignChange, readNewCampaign } from './campaign-input.ts'

const FULL = {
  code: ' late ',
  name: 'Late',
  days_between_attempts: 2,
  max_attempts: '3',
  bcc_emails: ['a@b.io'],
  thresholds: [{ amount_cents: 0, currency: 'eur' }],
}

const errorsOf = (change: object) => {
  const read = readNewCampaign({ ...FULL, ...change })
  return read.ok ? null : (read.problem as { details: unknown }).details
}

describe('a dunning campaign', () => {
  it('is read', () => {
    expect(readNewCampaign(FULL)).toEqual({
      ok: true,
      value: {
        code: 'late',
        name: 'Late',
        description: null,
        daysBetweenAttempts: 2,
        maxAttempts: 3,
        bccEmails: ['a@b.io'],
        thresholds: [{ currency: 'EUR', amountCents: 0n }],
      },
    })
    expect(readCampaignChange({ max_attempts: 1 })).toEqual({ ok: true, value: { maxAttempts: 1 } })
    expect(readCampaignChange({})).toEqual({ ok: true, value: {} })
  })

  it('needs what it cannot do without', () => {
    expect(readNewCampaign({ description: 'x' })).toMatchObject({
      problem: {
        details: {
          code: ['value_is_mandatory'],
          name: ['value_is_mandatory'],
          days_between_attempts: ['value_is_mandatory'],
          max_attempts: ['value_is_mandatory'],
          thresholds: ['value_is_mandatory'],
        },
      },
    })
    expect(readCampaignChange({ code: null, name: ' ' })).toMatchObject({
      problem: { details: { code: ['value_is_mandatory'], name: ['value_is_mandatory'] } },
    })
  })

  it.each([
    [{ days_between_attempts: 0 }, { days_between_attempts: ['value_is_out_of_range'] }],
    [{ max_attempts: 1.5 }, { max_attempts: ['value_is_invalid'] }],
    [{ bcc_emails: 'a@b.io' }, { bcc_emails: ['must_be_an_array'] }],
    [{ bcc_emails: ['a@b.io,c@d.io'] }, { bcc_emails: ['invalid_email_format'] }],
    [{ thresholds: {} }, { thresholds: ['must_be_an_array'] }],
    [{ thresholds: [] }, { thresholds: ['value_is_invalid'] }],
    [{ thresholds: [{ amount_cents: -1, currency: 'EUR' }] }, { thresholds: ['value_is_invalid'] }],
    [{ thresholds: [{ amount_cents: 1, currency: 'XXY' }] }, { thresholds: ['value_is_invalid'] }],
    [
      {
        thresholds: [
          { amount_cents: 1, currency: 'EUR' },
          { amount_cents: 2, currency: 'EUR' },
        ],
      },
      { thresholds: ['value_is_duplicated'] },
    ],
  ])('refuses %j', (change, details) => {
    expect(errorsOf(change)).toEqual(details)
  })
})
