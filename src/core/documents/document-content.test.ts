import { describe, expect, it } from 'vitest'
import {
  ACCOUNT,
  API_CALLS,
  invoiceOf,
  MODELS,
  planFee,
  STORAGE,
  sampleCreditNote,
  sampleFee,
  sampleInvoice,
  sampleReceipt,
  VAT,
} from '../../../test/support/document-samples.ts'
import { twoRates } from '../../../test/support/e-invoice-samples.ts'
import type { DocumentContent, Table, TotalRow } from './content.ts'
import { documentContent } from './document-content.ts'
import { feeRows } from './fee-rows.ts'
import type { FrozenDocument } from './frozen.ts'
import { printedLine } from './plain-text.ts'
import { shareTaxes } from './totals-block.ts'

const tablesOf = ({ blocks }: DocumentContent): Table[] =>
  blocks.flatMap((block) => (block.kind === 'table' ? [block] : []))
const totalsOf = ({ blocks }: DocumentContent): TotalRow[] =>
  blocks.flatMap((block) => (block.kind === 'totals' ? block.rows : []))
const cellsOf = (content: DocumentContent) =>
  tablesOf(content).flatMap(({ rows }) => rows.map(({ cells }) => cells))
const notesOf = ({ blocks }: DocumentContent) =>
  blocks.flatMap((block) => (block.kind === 'note' ? [block.text] : []))

describe('the account to pay into', () => {
  const seller = { ...sampleInvoice().seller, bankAccount: ACCOUNT }
  const bankOf = (document: FrozenDocument) =>
    documentContent(document).blocks.flatMap((block) =>
      block.kind === 'note' && block.text.includes('IBAN') ? [[block.title, ...block.text.split('\n')]] : [],
    )

  it('stands below the footer with its holder and the number to refer to', () => {
    const details = ['Acme SAS', 'IBAN FR14 2004 1010 0505 0001 3M02 606', 'BIC PSSTFRPPPAR']
    expect(bankOf(sampleInvoice({ seller }))).toEqual([
      ['Bank transfer', ...details, 'Reference: ACM-1234-001-002'],
    ])
    expect(documentContent(sampleInvoice({ seller })).blocks.at(-1)).toMatchObject({ title: 'Bank transfer' })
    const own = { ...seller, bankAccount: { ...ACCOUNT, holder: 'Acme Treuhand', bic: null } }
    expect(bankOf(sampleInvoice({ seller: own, locale: 'de', number: '', mark: 'draft' }))).toEqual([
      ['Überweisung', 'Acme Treuhand', 'IBAN FR14 2004 1010 0505 0001 3M02 606'],
    ])
  })

  it('is left out where nothing is to be paid to the seller', () => {
    for (const document of [
      sampleInvoice(),
      sampleInvoice({ seller, isSelfBilled: true }),
      sampleInvoice({ seller, invoiceType: 'advance_charges' }),
      sampleInvoice({ seller, cents: { ...sampleInvoice().cents, total: '0' } }),
      sampleCreditNote({ seller }),
      sampleReceipt({ seller }),
    ]) {
      expect(bankOf(document)).toEqual([])
    }
  })
})

describe('an invoice', () => {
  it('document case 3: prints its head, parties, lines and totals', () => {
    const content = documentContent(sampleInvoice())
    expect(content).toMatchObject({
      title: 'Invoice',
      paper: 'A4',
      amount: '€100.00',
      amountNotes: ['Due Mar 3, 2026'],
      watermark: null,
      sideFields: [{ label: 'Cost centre', value: '4711' }],
      footer: 'Acme SAS · ACM-1234-001-002',
    })
    expect(content.fields).toEqual([
      { label: 'Invoice number', value: 'ACM-1234-001-002' },
      { label: 'Purchase order', value: 'PO-77' },
      { label: 'Issue date', value: 'Feb 1, 2026' },
      { label: 'Service period', value: 'Jan 1, 2026 – Jan 31, 2026' },
      { label: 'Payment terms', value: '30 days' },
    ])
    expect(content.parties.map(({ lines }) => lines)).toEqual([
      [
        'Acme SAS',
        'Acme',
        'Company no. 303265045',
        '12 rue de la Paix',
        '75002 Paris',
        'France',
        'billing@acme.example',
        'Tax ID: FR40303265045',
      ],
      [
        'Lyon Data SARL',
        'Company no. 123456789',
        '1 quai Perrache',
        '69002 Lyon',
        'France',
        'ap@lyon.example',
        'Tax ID: FR12345678901',
      ],
    ])
    expect(cellsOf(content)).toEqual([
      ['Monthly subscription – Pro', '1', '€100.00', '20%', '€100.00'],
      ['API calls', '1,234.5', '€0.02', '20%', '€24.69'],
      ['Storage', '', '', '', ''],
      ['First 10 free', '10', '€0.00', '20%', '€0.00'],
      ['Packages of 10; 2 started', '15', '€5.00 per 10', '20%', '€10.00'],
      ['Subtotal', '', '', '', '€10.00'],
    ])
    expect(totalsOf(content).map(({ label, amount }) => [label, amount])).toEqual([
      ['LAUNCH (10%)', '-€13.47'],
      ['Subtotal excl. tax', '€121.22'],
      ['VAT 20% on €121.22', '€24.24'],
      ['Subtotal incl. tax', '€145.46'],
      ['Prepaid credits used', '-€45.46'],
      ['Total', '€100.00'],
    ])
    expect(tablesOf(content)[0]?.rows.map(({ carried }) => carried)).toEqual([
      '€100.00',
      '€124.69',
      '€124.69',
      '€124.69',
      '€124.69',
      '€134.69',
    ])
  })

  it.each([
    [
      'graduated',
      [
        ['Up to 10', '10', '€5.00', '€50.00'],
        ['11 to 20', '10', '€1.00', '€10.00'],
        ['21 and above', '5', '€0.50', '€2.50'],
        ['Flat fee: Up to 10', '1', '€200.00', '€200.00'],
        ['Flat fee: 11 to 20', '1', '€300.00', '€300.00'],
        ['Subtotal', '', '', '€562.50'],
      ],
    ],
    [
      'volume',
      [
        ['All units', '120', '€0.80', '€96.00'],
        ['Flat fee: All units', '1', '€10.00', '€10.00'],
        ['Subtotal', '', '', '€106.00'],
      ],
    ],
    [
      'percentage',
      [
        ['Free allowance (3 transactions)', '500', '€0.00', '€0.00'],
        ['Rate on the amount', '2,000', '1.2%', '€24.00'],
        ['Fixed fee per transaction', '8', '€0.50', '€4.00'],
        ['Minimum and maximum per transaction', '1', '€1.10', '€1.10'],
        ['Subtotal', '', '', '€29.10'],
      ],
    ],
    [
      'graduated-percentage',
      [
        ['Up to 1,000', '1,000', '1%', '€10.00'],
        ['1,001 and above', '500', '2%', '€10.00'],
        ['Flat fee: 1,001 and above', '1', '€10.00', '€10.00'],
        ['Subtotal', '', '', '€30.00'],
      ],
    ],
  ] as const)('document case 9: prints the parts of a %s price', (id, rows) => {
    const fee = MODELS.find((each) => each.id === id) ?? planFee()
    const [title, ...parts] = feeRows(fee, null, sampleInvoice())
    expect(title?.cells).toEqual([fee.name, '', '', '', ''])
    expect(parts.map(({ cells: [label, units, price, , amount] }) => [label, units, price, amount])).toEqual(
      rows,
    )
  })

  it('prints averages with a note', () => {
    const rows = ['dynamic', 'custom'].flatMap((id) =>
      feeRows(MODELS.find((fee) => fee.id === id) ?? planFee(), null, sampleInvoice()),
    )
    expect(rows.map(({ cells, notes }) => [...cells, ...notes])).toEqual([
      ['Compute', '12', '€3.80', '20%', '€45.60', 'The unit price is an average'],
      ['Match fees', '3', '€3.333333', '20%', '€10.00', 'The unit price is an average'],
    ])
  })

  it('document cases 9, 10: names a single open range by its beginning, and prints a fee of zero in one row', () => {
    const open = { from_value: 0, to_value: null, per_unit_amount: '2.0', units: '3.0' }
    const range = { ...open, flat_unit_amount: '0.0', total_with_flat_amount: '6.0' }
    const fee = sampleFee({ id: 'o', name: 'Seats', model: 'graduated', units: '3', amountCents: '600' })
    const rows = feeRows({ ...fee, details: { graduated_ranges: [range] } }, null, sampleInvoice())
    expect(rows[1]?.cells[0]).toBe('0 and above')
    const free = feeRows({ ...STORAGE, units: '5', unitPrice: '0', amountCents: '0' }, null, sampleInvoice())
    expect(free.map(({ cells }) => cells)).toEqual([['Storage', '5', '€0.00', '20%', '€0.00']])
  })

  it('document case 11: prints a true-up behind its charge, which is there although it is zero', () => {
    const parent = sampleFee({ id: 'p', name: 'API calls', units: '0', minimumCents: '10000' })
    const trueUp = sampleFee({ id: 't', trueUpParentId: 'p', amountCents: '3750', minimumCents: '10000' })
    const content = documentContent(invoiceOf([trueUp, parent]))
    expect(cellsOf(content)).toEqual([
      ['API calls', '0', '€0.00', '0%', '€0.00'],
      ['API calls – minimum spend', '1', '€37.50', '0%', '€37.50'],
    ])
  })

  it('document case 12: prints two taxes below each other, the higher one first', () => {
    const taxes = [
      { code: 'gst', name: 'GST', rate: '5' },
      { code: 'qst', name: 'QST', rate: '9.975' },
    ]
    const [row] = feeRows({ ...API_CALLS, taxes }, null, sampleInvoice())
    expect(row?.cells[3]).toBe('9.975%\n5%')
    const lines = taxes.map((tax) => ({ ...tax, baseCents: '2000', amountCents: '0' }))
    const invoice = sampleInvoice({ taxes: lines, cents: { ...sampleInvoice().cents, taxes: '300' } })
    expect(
      totalsOf(documentContent(invoice))
        .slice(2, 4)
        .map(({ label, amount }) => [label, amount]),
    ).toEqual([
      ['QST 9.975% on €20.00', '€2.00'],
      ['GST 5% on €20.00', '€1.00'],
    ])
  })

  it('document case 43: prints pricing units and their conversion', () => {
    const pricingUnit = { shortName: 'CR', amountCents: '30000', unitPrice: '1', conversionRate: '0.5' }
    const fee = sampleFee({ id: 'cr', name: 'Tokens', units: '300', unitPrice: '0.5', amountCents: '15000' })
    const rows = feeRows({ ...fee, pricingUnit }, null, sampleInvoice())
    expect(rows.map(({ cells }) => cells)).toEqual([
      ['Tokens', '300', '1.00\u00a0CR', '20%', '300.00\u00a0CR'],
      ['Conversion: 1 CR = €0.50', '', '', '', '€150.00'],
    ])
  })

  it('document case 13: has a summary of several subscriptions, by name, which their sections add up to', () => {
    const names = ['web', 'API', 'backup']
    const fees = names.map((name, k) =>
      planFee({ id: name, subscriptionId: name, amountCents: String((k + 1) * 1000) }),
    )
    const subscriptions = names.map((name) => ({ id: name, name, planName: name, interval: 'weekly' }))
    const content = documentContent(invoiceOf(fees, { subscriptions }))
    expect(tablesOf(content)[0]?.rows.map(({ cells }) => cells)).toEqual([
      ['API', '€20.00'],
      ['backup', '€30.00'],
      ['web', '€10.00'],
    ])
    expect(
      totalsOf(content)
        .slice(-3)
        .map(({ amount }) => amount),
    ).toEqual(['€20.00', '€30.00', '€10.00'])
    const headings = content.blocks.flatMap((block) => (block.kind === 'heading' ? [block.text] : []))
    expect(headings).toEqual(['API – details', 'backup – details', 'web – details'])
  })

  it('has a table for each billing period, oldest first', () => {
    const next = { from: Date.UTC(2026, 1, 1), to: Date.UTC(2026, 1, 28) }
    const heads = tablesOf(documentContent(invoiceOf([planFee(next), API_CALLS]))).map(({ head }) => head[0])
    expect(heads).toEqual(['Jan 1, 2026 – Jan 31, 2026', 'Feb 1, 2026 – Feb 28, 2026'])
  })

  it('document case 28: prints prepaid credits without a tax column', () => {
    const credit = sampleFee({
      id: 'c',
      type: 'credit',
      subscriptionId: null,
      units: '50',
      unitPrice: '2',
      amountCents: '10000',
    })
    const topUp = documentContent(invoiceOf([credit], { invoiceType: 'credit', subscriptions: [] }))
    expect([topUp.title, cellsOf(topUp), totalsOf(topUp).map(({ label }) => label)]).toEqual([
      'Prepayment invoice',
      [['Prepaid credits', '50', '€2.00', '€100.00']],
      ['Total'],
    ])
  })

  it('document case 26: swaps the parties when it is self-billed, and says so', () => {
    const content = documentContent(sampleInvoice({ locale: 'de', isSelfBilled: true }))
    expect(content.title).toBe('Gutschrift (Selbstabrechnung)')
    expect(content.parties.map(({ lines }) => lines[0])).toEqual(['Lyon Data SARL', 'Acme SAS'])
    expect(notesOf(content)).toContain('Gutschrift: ausgestellt durch den Leistungsempfänger.')
    expect(content.hasLogo).toBe(false)
  })

  it('document case 34: is marked, says that it is paid, and is a tax invoice where the law asks for the words', () => {
    const { seller } = sampleInvoice()
    const singapore = { ...seller, address: { ...seller.address, country: 'SG' } }
    const marks = [{ mark: 'draft' }, { mark: 'preview' }, { voidedAt: 0 }, { isSandbox: true }] as const
    expect(marks.map((changes) => documentContent(sampleInvoice(changes)).watermark)).toEqual([
      'DRAFT',
      'PREVIEW',
      'VOID',
      'TEST',
    ])
    expect(documentContent(sampleInvoice({ seller: singapore })).title).toBe('Tax invoice')
    const paid = documentContent(sampleInvoice({ invoiceType: 'advance_charges' }))
    expect([paid.title, paid.amountNotes, totalsOf(paid).at(-1)?.label]).toEqual([
      'Invoice (paid)',
      ['Already paid'],
      'Already paid',
    ])
  })

  it('document case 25: has nothing to pay at zero, and still its subscription line', () => {
    const content = documentContent(invoiceOf([planFee({ amountCents: '0', unitPrice: '0' })]))
    expect([content.amount, content.amountNotes, cellsOf(content).length]).toEqual([
      '€0.00',
      ['Nothing to pay'],
      1,
    ])
  })

  it('document case 44: is on Letter paper for a seller of the United States, with its place in one line', () => {
    const { seller } = sampleInvoice()
    const address = { ...seller.address, country: 'US', city: 'Austin', state: 'TX', zipcode: '78701' }
    const content = documentContent(sampleInvoice({ seller: { ...seller, address } }))
    expect([content.paper, content.parties[0]?.lines.includes('Austin TX 78701')]).toEqual(['LETTER', true])
  })

  it('document case 1: shares its taxes so that the printed lines add up', () => {
    const lines = [
      { ...VAT, rate: '20', amountCents: '479', baseCents: '2394.12' },
      { ...VAT, rate: '10', amountCents: '1411', baseCents: '14105.88' },
    ]
    expect(shareTaxes(lines, 1889n)).toEqual([479n, 1410n])
    expect(totalsOf(documentContent(twoRates())).map(({ label, amount }) => [label, amount])).toEqual([
      ['LAUNCH (€35.00)', '-€35.00'],
      ['Subtotal excl. tax', '€165.00'],
      ['VAT 20% on €23.94', '€4.79'],
      ['VAT 10% on €141.06', '€14.10'],
      ['Subtotal incl. tax', '€183.89'],
      ['Total', '€183.89'],
    ])
    expect(twoRates().taxes.map(({ amountCents }) => amountCents)).toEqual(['1411', '479'])
  })
})

describe('a credit note', () => {
  it('document case 27: prints its items net, what became of the money, and its total', () => {
    const content = documentContent(sampleCreditNote())
    expect([content.title, content.amount, content.amountNotes]).toEqual([
      'Credit note',
      '€54.79',
      ['Issued on Feb 1, 2026', 'Two days without service'],
    ])
    expect(cellsOf(content)).toEqual([
      ['Monthly subscription – Pro', '20%', '€40.00'],
      ['API calls', '20%', '€10.00'],
    ])
    expect(totalsOf(content).map(({ label, amount }) => [label, amount])).toEqual([
      ['Coupons', '-€4.34'],
      ['Subtotal excl. tax', '€45.66'],
      ['VAT 20% on €45.66', '€9.13'],
      ['Added to balance', '€30.00'],
      ['Refunded', '€24.79'],
      ['Total', '€54.79'],
    ])
  })
})

describe('a receipt', () => {
  it('document cases 35, 36: has the date of payment where the customer is, and what is still due', () => {
    const content = documentContent(sampleReceipt())
    expect([content.title, content.amount, content.amountNotes]).toEqual([
      'Receipt',
      '€40.00',
      ['Paid on Feb 1, 2026; €60.00 still due'],
    ])
    expect(content.fields.map(({ value }) => value)).toContain('Visa 4242')
  })

  it('lists the invoices of a payment request', () => {
    const invoices = [{ number: 'A-1', totalCents: '1000' }]
    expect(cellsOf(documentContent(sampleReceipt({ paid: { invoices } })))).toEqual([['A-1', '€10.00']])
  })
})

describe('printed text', () => {
  it('document case 17: has nothing that hides or turns what is read, and markup as it was typed', () => {
    expect(printedLine('A\u202e\u061c€001\u202c\u0000\u200b\ufeff <b>&amp; {{x}}\n]]>')).toBe(
      'A€001 <b>&amp; {{x}} ]]>',
    )
    expect(printedLine('e\u0301')).toBe('é')
    expect(printedLine('\ud800x')).toBe('x')
    expect(printedLine('😀'.repeat(600))).toBe('😀'.repeat(500))
  })
})
