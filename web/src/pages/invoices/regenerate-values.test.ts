import { describe, expect, it } from 'vitest'
import type { Invoice } from '../../api/types.ts'
import { checkRegeneration, linesOfInvoice, regenerateBody } from './regenerate-values.ts'

const invoice = {
  fees: [
    { lago_id: 'a', units: '1.0' },
    { lago_id: 'b', units: '12.0' },
    { lago_id: 'c', units: '3.0' },
  ],
} as unknown as Pick<Invoice, 'fees'>

describe('the lines of an invoice that takes the place of a voided one', () => {
  it('are those that are kept, with what is changed', () => {
    const [a, b, c] = linesOfInvoice(invoice)
    if (!a || !b || !c) throw new Error('lines were lost')
    const lines = [a, { ...b, unitAmount: '0.5' }, { ...c, isKept: false, units: '9' }]
    expect(regenerateBody({ lines }, invoice)).toEqual({
      fees: [{ id: 'a' }, { id: 'b', units: '12.0', unit_precise_amount: '0.5' }],
    })
    expect(regenerateBody({ lines: [{ ...c, units: '9' }] }, invoice)).toEqual({
      fees: [{ id: 'c', units: '9' }],
    })
  })

  it('are at least one, with numbers', () => {
    const lines = linesOfInvoice(invoice)
    const fees = (change: object) =>
      checkRegeneration({ lines: lines.map((l) => ({ ...l, ...change })) }).fees
    expect(fees({})).toBeUndefined()
    expect(fees({ isKept: false })).toBe('Keep at least one line.')
    expect(fees({ units: 'x' })).toBe('Enter units and prices of zero or more.')
    expect(fees({ unitAmount: '-1' })).toBe('Enter units and prices of zero or more.')
  })
})
