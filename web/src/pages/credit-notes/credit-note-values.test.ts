import { expect, it } from 'vitest'
import { checkNote, itemsBody, NEW_NOTE, noteBody } from './credit-note-values.ts'

const invoice = { lago_id: 'i', currency: 'EUR' } as const
const note = { ...NEW_NOTE, items: { a: '12.5', b: '', c: '0' }, credit: '10', refund: '2.50' }

it('a credit note names the fees with an amount, in cents, and how it is given back', () => {
  expect(noteBody(note, invoice)).toEqual({
    invoice_id: 'i',
    reason: 'order_change',
    description: null,
    credit_amount_cents: 1000,
    refund_amount_cents: 250,
    offset_amount_cents: 0,
    items: [{ fee_id: 'a', amount_cents: 1250 }],
  })
  expect(itemsBody({ items: { a: '7' } }, 'JPY')).toEqual([{ fee_id: 'a', amount_cents: 7 }])
})

it('a credit note needs a fee and a way, and amounts that exist', () => {
  const wrong = (change: object) =>
    Object.entries(checkNote({ ...note, ...change }, 'EUR'))
      .filter(([, text]) => text !== undefined)
      .map(([field]) => field)
  expect(wrong({})).toEqual([])
  expect(wrong({ items: {} })).toEqual(['amount_cents'])
  expect(wrong({ items: { a: 'x' } })).toEqual(['amount_cents'])
  expect(wrong({ credit: '', refund: '' })).toEqual(['credit_amount_cents'])
  expect(wrong({ offset: '1.001' })).toEqual(['offset_amount_cents'])
})
