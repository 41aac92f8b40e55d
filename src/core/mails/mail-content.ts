import { calendarDate } from '../calendar/calendar-date.ts'
import { payeeAccount, transferLines } from '../documents/bank-account.ts'
import { creditNoteHeadText } from '../documents/credit-note-content.ts'
import { formatAmount, formatDate } from '../documents/formats.ts'
import type {
  FrozenBuyer,
  FrozenCreditNote,
  FrozenDocument,
  FrozenInvoice,
  FrozenReceipt,
  FrozenSeller,
} from '../documents/frozen.ts'
import { dueText } from '../documents/invoice-content.ts'
import { sellerAddress, sellerName } from '../documents/parties.ts'
import { paidText } from '../documents/receipt-content.ts'
import type { WordKey } from '../documents/words/en.ts'
import { type Locale, say } from '../documents/words.ts'

export const MAIL_KINDS = ['invoice', 'credit_note', 'receipt', 'payment_request'] as const
export type MailKind = (typeof MAIL_KINDS)[number]

/** A request for the payment of overdue invoices, as far as its mail tells of it. */
export type RequestModel = {
  readonly kind: 'payment_request'
  readonly locale: Locale
  readonly currency: string
  readonly amountCents: string
  readonly seller: FrozenSeller
  readonly buyer: FrozenBuyer
  /** With what is still due of each, and the day (YYYY-MM-DD) until which it was to be paid. */
  readonly invoices: readonly { readonly number: string; readonly dueCents: string; readonly dueOn: string }[]
}

/** What a mail tells of: a frozen document, or a request. */
export type MailModel = FrozenDocument | RequestModel

/** The finished texts of a mail, in the order in which it shows them. */
export type MailContent = {
  readonly locale: Locale
  readonly greeting: string
  readonly intro: string
  /** Null where no money is told of. */
  readonly amount: string | null
  readonly notice: string | null
  readonly rows: readonly { readonly label: string; readonly value: string }[]
  /** How to pay by bank transfer; null where nothing is paid so. */
  readonly transfer: { readonly title: string; readonly lines: readonly string[] } | null
  readonly button: { readonly label: string; readonly url: string } | null
  /** Sentences below the button. */
  readonly closing: readonly string[]
  /** The seller's name and address. */
  readonly seller: readonly string[]
}

/** The subject of a mail in its language. */
export function mailSubject(
  kind: MailKind,
  { locale, number, seller }: { readonly locale: Locale; readonly number: string; readonly seller: string },
): string {
  const keys: Readonly<Record<MailKind, WordKey>> = {
    invoice: 'mail.invoice_subject',
    credit_note: 'mail.note_subject',
    receipt: 'mail.receipt_subject',
    payment_request: 'mail.request_subject',
  }
  return oneLine(say(locale, keys[kind], { number, seller }))
}

/** A text for the head of a mail, without line breaks and control characters. */
export function oneLine(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ').trim()
}

/**
 * The texts of a mail.
 *
 * @param url opens the document, or the page on which a request is paid; null when there is none
 * @param hasAttachment whether the document is attached
 */
export function mailContent(
  model: MailModel,
  { url, hasAttachment, replyTo }: { url: string | null; hasAttachment: boolean; replyTo: string },
): MailContent {
  const { locale, seller, buyer } = model
  const parts = partsOf(model)
  const buttonKey = model.kind === 'payment_request' ? 'mail.request_pay' : 'mail.open'
  const closing = [
    ...(model.kind === 'payment_request' ? [say(locale, 'mail.request_ignore')] : []),
    ...(hasAttachment ? [say(locale, 'mail.attached')] : []),
    say(locale, 'mail.questions', { email: replyTo }),
  ]
  return {
    locale,
    greeting: say(locale, 'mail.greeting', { name: nameOf(buyer) }),
    ...parts,
    transfer: model.kind === 'payment_request' ? transferOf(model) : null,
    button: url === null ? null : { label: say(locale, buttonKey), url },
    closing,
    seller: [sellerName(seller), ...sellerAddress(locale, seller)],
  }
}

/** The same mail as plain text, with addresses in full. */
export function mailText(content: MailContent): string {
  const { button, transfer } = content
  const blocks = [
    [content.greeting],
    [content.intro],
    [content.amount, content.notice].filter((line) => line !== null),
    content.rows.map(({ label, value }) => (value === '' ? label : `${label}: ${value}`)),
    transfer === null ? [] : [`${transfer.title}:`, ...transfer.lines],
    button === null ? [] : [`${button.label}: ${button.url}`],
    content.closing,
    content.seller,
  ]
  const texts = blocks.filter((lines) => lines.length > 0).map((lines) => lines.join('\n'))
  return `${texts.join('\n\n')}\n`
}

type Parts = Pick<MailContent, 'intro' | 'amount' | 'notice' | 'rows'>

function partsOf(model: MailModel): Parts {
  switch (model.kind) {
    case 'invoice':
      return invoiceParts(model)
    case 'credit_note':
      return noteParts(model)
    case 'receipt':
      return receiptParts(model)
    case 'payment_request':
      return requestParts(model)
  }
}

function invoiceParts(invoice: FrozenInvoice): Parts {
  const { locale, currency, issuedOn, number, purchaseOrder } = invoice
  const date = formatDate(locale, calendarDate(issuedOn))
  return {
    intro: say(locale, 'mail.invoice_intro', { date }),
    amount: formatAmount(locale, BigInt(invoice.cents.total), currency),
    notice: dueText(invoice),
    rows: rowsOf(locale, [
      ['meta.invoice_number', number],
      ['meta.issue_date', date],
      ['meta.purchase_order', purchaseOrder],
    ]),
  }
}

function noteParts(note: FrozenCreditNote): Parts {
  const { locale, currency, issuedOn, number, invoiceNumber, purchaseOrder } = note
  return {
    intro: say(locale, 'mail.note_intro', { invoice: invoiceNumber }),
    amount: formatAmount(locale, BigInt(note.cents.total), currency),
    notice: creditNoteHeadText(note),
    rows: rowsOf(locale, [
      ['meta.credit_note_number', number],
      ['meta.issue_date', formatDate(locale, calendarDate(issuedOn))],
      ['meta.purchase_order', purchaseOrder],
    ]),
  }
}

function receiptParts(receipt: FrozenReceipt): Parts {
  const { locale, currency, number, paid } = receipt
  const invoices =
    'invoice' in paid
      ? [{ number: paid.invoice.number, totalCents: paid.invoice.cents.total }]
      : paid.invoices
  return {
    intro: say(locale, 'mail.receipt_intro'),
    amount: formatAmount(locale, BigInt(receipt.amountCents), currency),
    notice: paidText(receipt),
    rows: [
      ...rowsOf(locale, [['meta.receipt_number', number]]),
      ...invoices.map((each) => ({
        label: each.number,
        value: formatAmount(locale, BigInt(each.totalCents), currency),
      })),
    ],
  }
}

function requestParts({ locale, currency, amountCents, invoices }: RequestModel): Parts {
  return {
    intro: say(locale, 'mail.request_intro'),
    amount: formatAmount(locale, BigInt(amountCents), currency),
    notice: null,
    rows: invoices.map(({ number, dueCents, dueOn }) => ({
      label: number,
      value: [
        formatAmount(locale, BigInt(dueCents), currency),
        say(locale, 'head.due_on', { date: formatDate(locale, calendarDate(dueOn)) }),
      ].join(' · '),
    })),
  }
}

/** How to pay a request by bank transfer, by the rule of the invoices that it asks for. */
function transferOf({ locale, seller, amountCents, invoices }: RequestModel): MailContent['transfer'] {
  const payable = { isSelfBilled: false, invoiceType: 'subscription', cents: BigInt(amountCents) }
  const account = payeeAccount(seller, payable)
  if (!account) return null
  const reference = invoices.map(({ number }) => number).join(', ')
  return { title: say(locale, 'bank.title'), lines: transferLines(locale, account, reference) }
}

function rowsOf(
  locale: Locale,
  rows: readonly (readonly [WordKey, string | null])[],
): { readonly label: string; readonly value: string }[] {
  return rows.flatMap(([key, value]) => (value ? [{ label: say(locale, key), value }] : []))
}

/** How a customer is addressed; by its e-mail address when nothing else is known. */
function nameOf(buyer: FrozenBuyer): string {
  const person = [buyer.firstname, buyer.lastname].filter((part) => part).join(' ')
  return oneLine(buyer.name || buyer.legalName || person || buyer.email || '')
}
