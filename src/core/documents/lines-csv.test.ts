import { parse } from 'csv-parse/sync'
import { describe, expect, it } from 'vitest'
import {
  API_CALLS,
  invoiceOf,
  longInvoice,
  planFee,
  sampleCreditNote,
  sampleFee,
  sampleInvoice,
  sampleReceipt,
} from '../../../test/support/document-samples.ts'
import { withAttachedLines } from './attached-lines.ts'
import { documentContent } from './document-content.ts'
import type { FrozenDocument } from './frozen.ts'
import { linesCsv } from './lines-csv.ts'

const rowsOf = (frozen: FrozenDocument): Record<string, string>[] =>
  parse(linesCsv(frozen).csv, { columns: true, bom: true })
const line = (item: string, amount: string, others: object = {}) => ({
  ...{ kind: 'line', subscription: 'Pro', from: '2026-01-01', to: '2026-01-31', item, details: '' },
  ...{ units: '1', unit_price: '0', tax_rates: '20', amount, currency: 'EUR', ...others },
})

describe('the lines of a document as CSV', () => {
  it('are those of the page, with numbers that can be computed with', () => {
    expect(rowsOf(sampleInvoice())).toEqual([
      line('Monthly subscription – Pro', '100.00', { unit_price: '100' }),
      line('API calls', '24.69', { units: '1234.5', unit_price: '0.02' }),
      line('Storage', '10.00', {
        ...{ units: '25', unit_price: '0.4' },
        details: 'First 10 free: 10 × €0.00 = €0.00; Packages of 10; 2 started: 15 × €5.00 per 10 = €10.00',
      }),
    ])
    const note = rowsOf(sampleCreditNote())
    expect(note.map(({ item, units, amount }) => [item, units, amount])).toEqual([
      ['Monthly subscription – Pro', '', '40.00'],
      ['API calls', '', '10.00'],
    ])
    expect(rowsOf(sampleReceipt()).map(({ amount }) => amount)).toEqual(['100.00', '24.69', '10.00'])
    const paid = { invoices: [{ number: 'A-1', totalCents: '1000' }] }
    expect(rowsOf(sampleReceipt({ paid }))).toMatchObject([{ kind: 'line', item: 'A-1', amount: '10.00' }])
  })

  it('have true-ups, several taxes, usage, yen and amounts below zero', () => {
    const parent = sampleFee({ id: 'p', name: 'Calls', units: '0', minimumCents: '10000' })
    const trueUp = sampleFee({ id: 't', trueUpParentId: 'p', amountCents: '3750', minimumCents: '10000' })
    expect(rowsOf(invoiceOf([trueUp, parent])).map(({ item, amount }) => [item, amount])).toEqual([
      ['Calls', '0.00'],
      ['Calls – minimum spend', '37.50'],
    ])
    const taxes = ['5', '9.975'].map((rate) => ({ code: rate, name: 'T', rate }))
    const presented = {
      ...API_CALLS,
      taxes,
      amountCents: '-2469',
      presentationKeys: [{ value: 'team', options: { display_in_invoice: true } }],
      breakdowns: [{ presentation_by: { team: 'platform' }, units: '1200' }],
    }
    expect(rowsOf(sampleInvoice({ fees: [presented], currency: 'JPY' }))).toMatchObject([
      { kind: 'line', tax_rates: '9.975; 5', amount: '-2469', currency: 'JPY' },
      { kind: 'usage', item: 'API calls', details: 'platform', units: '1200', amount: '' },
    ])
  })

  it('are no formulas, whatever somebody has typed, and keep quotes and commas', () => {
    const names = ['=1+1', '+1', '-1', '@x', 'a,"b"', '\t=x']
    const fees = names.map((name, k) => sampleFee({ id: String(k), name, amountCents: '100' }))
    expect(
      rowsOf(invoiceOf(fees))
        .map(({ item }) => item)
        .sort(),
    ).toEqual(["'=1+1", "'+1", "'-1", "'@x", 'a,"b"', ' =x'].sort())
  })
})

describe('a document of more lines than can be printed', () => {
  const shortened = (frozen: FrozenDocument, most: number) =>
    withAttachedLines(documentContent(frozen), frozen, most)

  it('has its totals and notes, and says where the lines are', () => {
    expect(shortened(longInvoice(1001), 1001).attachedLines).toBeNull()
    const content = shortened(longInvoice(1002, { locale: 'de' }), 1001)
    expect(content.blocks.map(({ kind }) => kind)).toEqual(['note', 'totals', 'note', 'note', 'note', 'note'])
    expect(content.blocks[0]).toMatchObject({
      text: 'Die 1.002 Positionen stehen in der Datei lines.csv, die diesem Dokument beigefügt ist.',
    })
    expect(content.attachedLines?.name).toBe('lines.csv')
  })

  it('keeps the summary of its subscriptions, and what is short beside long usage', () => {
    const subscriptions = ['a', 'b'].map((id) => ({ id, name: id, planName: id, interval: 'monthly' }))
    const fees = longInvoice(60).fees.map((fee, k) => ({ ...fee, subscriptionId: k % 2 ? 'a' : 'b' }))
    const several = shortened(invoiceOf(fees, { subscriptions }), 50)
    expect(several.blocks.map(({ kind }) => kind).slice(0, 3)).toEqual(['table', 'note', 'totals'])
    expect(several.blocks.map(({ kind }) => kind)).not.toContain('heading')
    const used = {
      ...API_CALLS,
      presentationKeys: [{ value: 'team', options: { display_in_invoice: true } }],
      breakdowns: longInvoice(60).fees.map(({ id }) => ({ presentation_by: { team: id }, units: '1' })),
    }
    const { blocks, attachedLines } = shortened(invoiceOf([used, planFee()]), 50)
    expect(blocks.map(({ kind }) => kind).slice(0, 3)).toEqual(['table', 'note', 'totals'])
    expect(attachedLines?.csv.split('\r\n').filter((row) => row.startsWith('usage,'))).toHaveLength(60)
  })
})
