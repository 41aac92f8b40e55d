import { describe, expect, it } from 'vitest'
import { adjustBody, checkAdjustment } from './adjust-values.ts'

const fee = { lago_id: 'f', units: '1000.0' }
const none = { units: '', unitAmount: '', name: '' }

describe('a change of a line', () => {
  it.each([
    [{ ...none, units: '500' }, { units: '500' }],
    [
      { ...none, unitAmount: '0.02' },
      { units: '1000.0', unit_precise_amount: '0.02' },
    ],
    [{ ...none, name: ' Tokens of May ' }, { invoice_display_name: 'Tokens of May' }],
    [
      { units: '0', unitAmount: '0', name: 'Gift' },
      { units: '0', unit_precise_amount: '0', invoice_display_name: 'Gift' },
    ],
  ])('of %o sends what differs', (values, body) => {
    expect(adjustBody(values, fee)).toEqual({ fee_id: 'f', ...body })
    expect(Object.values(checkAdjustment(values)).filter(Boolean)).toEqual([])
  })

  it.each([
    [none, 'units'],
    [{ ...none, name: '  ' }, 'units'],
    [{ ...none, units: '-1' }, 'units'],
    [{ ...none, unitAmount: 'x' }, 'unitAmount'],
  ] as const)('of %o is refused', (values, field) => {
    expect(checkAdjustment(values)[field]).toBeDefined()
  })
})
