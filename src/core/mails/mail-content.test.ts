import { describe, expect, it } from 'vitest'
import {
  LOCALES,
  sampleCreditNote,
  sampleInvoice,
  sampleReceipt,
} from '../../../test/support/document-samples.ts'
import { afterAttempt, waitMs } from './attempts.ts'
import { mailContent, mailSubject, mailText, oneLine, type RequestModel } from './mail-content.ts'
import { addressesOf, readRecipients } from './resend-input.ts'

const SENT = {
  url: 'https://weir.example/files/v1.x/y.pdf',
  hasAttachment: true,
  replyTo: 'billing@acme.example',
}
const { seller, buyer } = sampleInvoice()
const request = (locale: RequestModel['locale']): RequestModel => ({
  kind: 'payment_request',
  locale,
  currency: 'EUR',
  amountCents: '30000',
  seller,
  buyer,
  invoices: [
    { number: 'A-1', dueCents: '10000', dueOn: '2026-03-03' },
    { number: 'A-2', dueCents: '20000', dueOn: '2026-03-05' },
  ],
})

describe('the texts of a mail', () => {
  it('of an invoice are those of its document', () => {
    expect(mailText(mailContent(sampleInvoice(), SENT))).toBe(
      [
        'Hello Lyon Data,',
        '',
        'Here is your invoice, issued on Feb 1, 2026.',
        '',
        '€100.00',
        'Due Mar 3, 2026',
        '',
        'Invoice number: ACM-1234-001-002',
        'Issue date: Feb 1, 2026',
        'Purchase order: PO-77',
        '',
        'Open the document: https://weir.example/files/v1.x/y.pdf',
        '',
        'It is attached to this message.',
        'Questions? Reply to this message or write to billing@acme.example.',
        '',
        'Acme SAS',
        '12 rue de la Paix',
        '75002 Paris',
        'France',
        '',
      ].join('\n'),
    )
  })

  it('of a credit note, a receipt and a request tell of their invoices', () => {
    const note = mailContent(sampleCreditNote({ locale: 'de' }), SENT)
    expect([note.intro, note.amount, note.notice]).toEqual([
      'anbei eine Korrektur zur Rechnung ACM-1234-001-002.',
      '54,79\u00a0€',
      'Ausgestellt am 01.02.2026',
    ])
    const receipt = mailContent(sampleReceipt({ locale: 'fr' }), SENT)
    expect([receipt.amount, receipt.notice, receipt.rows]).toEqual([
      '40,00\u00a0€',
      'Payé le 1 févr. 2026 ; reste dû 60,00\u00a0€',
      [
        { label: 'Numéro de reçu', value: 'ACM-1234-001-002-RCPT001' },
        { label: 'ACM-1234-001-002', value: '100,00\u00a0€' },
      ],
    ])
    const reminder = mailContent(request('en'), { ...SENT, url: null, hasAttachment: false })
    expect([reminder.button, reminder.rows, reminder.closing[0]]).toEqual([
      null,
      [
        { label: 'A-1', value: '€100.00 · Due Mar 3, 2026' },
        { label: 'A-2', value: '€200.00 · Due Mar 5, 2026' },
      ],
      'If you have paid in the meantime, nothing is left to do.',
    ])
  })

  it('of a request tell how it is paid by bank transfer, as its invoices do', () => {
    const account = { iban: 'FR1420041010050500013M02606', holder: null, bic: 'PSSTFRPPPAR' }
    const own = { ...request('de'), seller: { ...seller, bankAccount: account } }
    const lines = ['Acme SAS', 'IBAN FR14 2004 1010 0505 0001 3M02 606', 'BIC PSSTFRPPPAR']
    const content = mailContent(own, { ...SENT, url: null, hasAttachment: false })
    expect(content.transfer).toEqual({
      title: 'Überweisung',
      lines: [...lines, 'Verwendungszweck: A-1, A-2'],
    })
    expect(mailText(content)).toContain(`Überweisung:\n${lines.join('\n')}\nVerwendungszweck: A-1, A-2\n`)
    expect(mailContent(request('de'), SENT).transfer).toBeNull()
    expect(mailContent({ ...own, amountCents: '0' }, SENT).transfer).toBeNull()
  })

  it.each(LOCALES)('are complete in %s', (locale) => {
    for (const model of [
      sampleInvoice({ locale }),
      sampleCreditNote({ locale }),
      sampleReceipt({ locale }),
      request(locale),
    ]) {
      expect(mailText(mailContent(model, SENT))).not.toMatch(/[{}]|undefined/)
      expect(mailSubject('receipt', { locale, number: 'R-1', seller: 'Acme' })).toContain('R-1')
    }
  })

  it('never put a line break into a head', () => {
    const seller = 'Acme\r\nBcc: evil@x.io\u0000'
    expect(mailSubject('invoice', { locale: 'en', number: '1', seller })).toBe(
      'Invoice 1 from Acme Bcc: evil@x.io',
    )
    expect(oneLine('a\u0007\u0085b\n')).toBe('a b')
  })

  it('address a person, or the e-mail address of somebody without a name', () => {
    const named = (changes: object) =>
      mailContent(sampleInvoice({ buyer: { ...buyer, name: null, legalName: null, ...changes } }), SENT)
        .greeting
    expect(named({ firstname: 'Jo', lastname: 'Do' })).toBe('Hello Jo Do,')
    expect(named({})).toBe('Hello ap@lyon.example,')
  })
})

describe('the recipients of a mail that is sent again', () => {
  const known = { customerEmail: 'a@x.io, b@x.io', entityEmail: 'billing@acme.example' }

  it('are the addresses of the customer unless others are named', () => {
    const to = ['a@x.io', 'b@x.io']
    for (const input of [{}, { to: [] }, { to: null }]) {
      expect(readRecipients(input, known)).toEqual({ ok: true, value: { to, cc: [], bcc: [] } })
    }
    expect(readRecipients({ to: ['c@x.io'], bcc: 'd@x.io' }, known)).toEqual({
      ok: true,
      value: { to: ['c@x.io'], cc: [], bcc: ['d@x.io'] },
    })
    expect(addressesOf(' ,a@x.io,, ')).toEqual(['a@x.io'])
  })

  it.each([
    [{ to: ['bad'] }, { to: ['invalid email format: bad'] }],
    [{ to: ['a@x.io,b@x.io'] }, { to: ['invalid email format: a@x.io,b@x.io'] }],
    [{ cc: [{}] }, { cc: ['invalid email format: {}'] }],
    [{ to: Array.from({ length: 51 }, (_, k) => `a${k}@x.io`) }, { to: ['invalid_count'] }],
  ])('are refused when they are %j', (input, details) => {
    expect(readRecipients(input, known)).toEqual({ ok: false, problem: { kind: 'invalid', details } })
  })
})

describe('the attempts of a mail', () => {
  it('are seven over almost a day, and one when it is refused for good', () => {
    const minutes = [1, 2, 3, 4, 5, 6, 7].map((attempt) => {
      const { status, delayMs } = afterAttempt({ outcome: 'failed' }, attempt)
      return delayMs === null ? status : delayMs / 60_000
    })
    expect(minutes).toEqual([1, 5, 30, 120, 360, 720, 'failed'])
    expect(afterAttempt({ outcome: 'refused' }, 1)).toEqual({ status: 'failed', delayMs: null })
    expect(afterAttempt({ outcome: 'sent' }, 3)).toEqual({ status: 'sent', delayMs: null })
  })

  it('wait for files 30 seconds, 1, 2, 5 and 10 minutes', () => {
    expect([0, 1, 2, 3, 4, 5].map(waitMs)).toEqual([30_000, 60_000, 120_000, 300_000, 600_000, null])
  })
})
