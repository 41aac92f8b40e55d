import { describe, expect, it } from 'vitest'
import { at } from '../../../test/support/subscription-fixtures.ts'
import {
  adjustmentDays,
  finalizedDates,
  type IssuingAdjustment,
  type IssuingAnchor,
  type IssuingSettings,
  issuingDates,
  shiftedDates,
} from './issuing-dates.ts'

const settings = (
  graceDays: number,
  anchor: IssuingAnchor = 'next_period_start',
  adjustment: IssuingAdjustment = 'align_with_finalization_date',
): IssuingSettings => ({ graceDays, netPaymentTermDays: 30, anchor, adjustment })
const periodic = { at: at('2023-01-31T15:10:00Z'), zone: 'Asia/Tokyo', isPeriodic: true, hasGrace: true }

describe('issuing dates', () => {
  it.each<[IssuingAnchor, IssuingAdjustment, number, number]>([
    ['next_period_start', 'align_with_finalization_date', 3, 3],
    ['next_period_start', 'align_with_finalization_date', 0, 0],
    ['next_period_start', 'keep_anchor', 3, 0],
    ['current_period_end', 'keep_anchor', 3, -1],
    ['current_period_end', 'align_with_finalization_date', 3, 3],
    ['current_period_end', 'align_with_finalization_date', 0, -1],
  ])('%s, %s with %i days of grace moves by %i', (anchor, adjustment, graceDays, expected) => {
    expect(adjustmentDays(true, settings(graceDays, anchor, adjustment))).toBe(expected)
    expect(adjustmentDays(false, settings(graceDays, anchor, adjustment))).toBe(graceDays)
  })

  it('are dates of the customer', () => {
    expect(issuingDates(periodic, settings(0))).toEqual({
      expectedFinalizationOn: '2023-02-01',
      issuingOn: '2023-02-01',
      paymentDueOn: '2023-03-03',
    })
    expect(issuingDates(periodic, settings(3, 'current_period_end', 'keep_anchor'))).toEqual({
      expectedFinalizationOn: '2023-02-04',
      issuingOn: '2023-01-31',
      paymentDueOn: '2023-03-02',
    })
  })

  it('do not wait where no grace applies', () => {
    const delta = { ...periodic, isPeriodic: false, hasGrace: false }
    expect(issuingDates(delta, settings(3))).toEqual(issuingDates(periodic, settings(0)))
  })

  it('become the day of finalization, unless the anchor is kept', () => {
    const draft = issuingDates(periodic, settings(3))
    const later = { ...periodic, at: at('2023-02-06T00:00:00Z') }
    expect(finalizedDates(draft, later, settings(3))).toEqual({
      issuingOn: '2023-02-06',
      paymentDueOn: '2023-03-08',
    })
    const keep = settings(3, 'next_period_start', 'keep_anchor')
    const kept = issuingDates(periodic, keep)
    expect(finalizedDates(kept, later, keep)).toEqual({ issuingOn: '2023-02-01', paymentDueOn: '2023-03-03' })
    expect(finalizedDates(kept, { ...later, isPeriodic: false }, keep).issuingOn).toBe('2023-02-06')
  })

  it('move with the settings', () => {
    const before = settings(3)
    const after = { ...settings(5), netPaymentTermDays: 10 }
    expect(shiftedDates(issuingDates(periodic, before), true, before, after)).toEqual(
      issuingDates(periodic, after),
    )
    const anchored = settings(5, 'current_period_end', 'keep_anchor')
    expect(shiftedDates(issuingDates(periodic, before), true, before, anchored)).toEqual(
      issuingDates(periodic, anchored),
    )
  })
})
