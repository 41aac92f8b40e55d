import { expect, it } from 'vitest'
import { attemptDays, campaignBody, checkCampaign, newCampaign, valuesOfCampaign } from './dunning-values.ts'

const late = {
  ...newCampaign('EUR'),
  name: 'Late',
  code: 'late',
  thresholds: [{ currency: 'EUR', amount: '10' }],
}

it('a campaign keeps its amounts in cents of their currency', () => {
  const body = campaignBody({ ...late, thresholds: [...late.thresholds, { currency: 'JPY', amount: '900' }] })
  expect(body.thresholds).toEqual([
    { currency: 'EUR', amount_cents: 1000 },
    { currency: 'JPY', amount_cents: 900 },
  ])
  const stored = { ...body, lago_id: 'x', thresholds: [{ currency: 'JPY', amount_cents: 900 }] }
  expect(valuesOfCampaign(stored).thresholds).toEqual([{ currency: 'JPY', amount: '900' }])
})

it('a campaign asks once for each currency, and at least once', () => {
  const wrong = (change: object) => {
    const found = checkCampaign({ ...late, ...change })
    return Object.keys(found).filter((name) => found[name])
  }
  expect(wrong({})).toEqual([])
  expect(wrong({ thresholds: [] })).toEqual(['thresholds'])
  expect(wrong({ thresholds: [{ currency: 'EUR', amount: '0' }] })).toEqual(['thresholds'])
  expect(wrong({ thresholds: [...late.thresholds, ...late.thresholds] })).toEqual(['thresholds'])
  expect(wrong({ max_attempts: '0', days_between_attempts: '1.5' })).toEqual([
    'max_attempts',
    'days_between_attempts',
  ])
})

it('attempts are as many days apart as the campaign says', () => {
  expect(attemptDays({ ...late, max_attempts: '3', days_between_attempts: '5' })).toEqual([0, 5, 10])
  expect(attemptDays({ ...late, max_attempts: '' })).toEqual([])
})
