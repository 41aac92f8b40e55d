import { describe, expect, it } from 'vitest'
import type { Input } from '../input/fields.ts'
import { readAdjustedFee, readRegeneration } from './adjusted-fee-input.ts'

const refusals = (read: ReturnType<typeof readAdjustedFee> | ReturnType<typeof readRegeneration>) => {
  if (read.ok) return null
  return read.problem.kind === 'invalid' ? read.problem.details : read.problem
}

const FEE = { fee_id: 'f' }

describe('the change of a fee', () => {
  it.each<[string, Input, object | null]>([
    ['units and a price', { ...FEE, units: '1.5', unit_precise_amount: 2 }, null],
    ['a name', { ...FEE, invoice_display_name: 'Talk' }, null],
    ['a charge of a subscription', { subscription_id: 's', charge_id: 'c', units: 1 }, null],
    ['a fixed charge', { subscription_id: 's', fixed_charge_id: 'x', units: 0 }, null],
    ['nothing at all', {}, { fee_id: ['value_is_mandatory'] }],
    ['a fee and no change', FEE, { units: ['value_is_mandatory'] }],
    ['a fee and an empty name', { ...FEE, invoice_display_name: '' }, { units: ['value_is_mandatory'] }],
    ['a charge without a subscription', { charge_id: 'c', units: 1 }, { fee_id: ['value_is_mandatory'] }],
    ['a subscription alone', { subscription_id: 's', units: 1 }, { fee_id: ['value_is_mandatory'] }],
    [
      'the name of a fee that is not there',
      { subscription_id: 's', charge_id: 'c', invoice_display_name: 'Talk' },
      { units: ['value_is_mandatory'] },
    ],
    ['a price without units', { ...FEE, unit_precise_amount: '1' }, { units: ['value_is_mandatory'] }],
    ['no number', { ...FEE, units: 'many' }, { units: ['value_is_invalid'] }],
    ['a list', { ...FEE, units: [1] }, { units: ['value_is_invalid'] }],
    ['less than nothing', { ...FEE, units: -1 }, { units: ['value_is_out_of_range'] }],
    [
      'a price below nothing, and beyond what prices may be',
      { ...FEE, units: '1e15', unit_precise_amount: '-0.01' },
      { units: ['value_is_out_of_range'], unit_precise_amount: ['value_is_out_of_range'] },
    ],
    [
      'a name of another type',
      { ...FEE, invoice_display_name: {} },
      { invoice_display_name: ['value_is_invalid'] },
    ],
  ])('%s', (_, input, expected) => {
    expect(refusals(readAdjustedFee(input))).toEqual(expected)
  })
})

describe('the fees of a regenerated invoice', () => {
  it.each<[string, Input, object | null]>([
    ['all of them', {}, null],
    ['some of them', { fees: [{ id: 'a' }, { id: 'b', units: 1 }] }, null],
    ['none of them', { fees: [] }, { kind: 'not_found', code: 'fees_not_found' }],
    ['no list', { fees: 'all' }, { fees: ['value_is_invalid'] }],
    ['a list of texts', { fees: ['a'] }, { fees: ['value_is_invalid'] }],
    ['one twice', { fees: [{ id: 'a' }, { id: 'a' }] }, { fees: ['value_is_duplicated'] }],
    ['one without an id', { fees: [{ units: 1 }] }, { id: ['value_is_mandatory'] }],
    [
      'taxes that are no list',
      { fees: [{ id: 'a', tax_codes: 'vat' }] },
      { tax_codes: ['value_is_invalid'] },
    ],
  ])('%s', (_, input, expected) => {
    expect(refusals(readRegeneration(input))).toEqual(expected)
  })
})
