import { Decimal } from '../amounts/decimal.ts'
import { type CalendarDate, calendarDate, startOfUtcDay } from '../calendar/calendar-date.ts'
import { instant } from '../calendar/instant.ts'
import { localDate } from '../calendar/zone.ts'
import type { Block, DocumentContent, Field } from './content.ts'
import { bySubscriptionName } from './fee-order.ts'
import { dateText } from './fee-rows.ts'
import { creditTable, oneOffTable, subscriptionCents, subscriptionTables, usageBlocks } from './fee-tables.ts'
import { formatAmount, formatDate, formatDates, formatUnits } from './formats.ts'
import type { FrozenHead, FrozenInvoice, FrozenSubscription } from './frozen.ts'
import { notesOf } from './notes-block.ts'
import { paperOf, partiesOf, sellerName, sideFieldsOf } from './parties.ts'
import { invoiceTotals } from './totals-block.ts'
import type { WordKey } from './words/en.ts'
import { say, sayCount } from './words.ts'

/** Where the law asks for the words "tax invoice". */
const TAX_INVOICE_COUNTRIES = ['AU', 'AE', 'NZ', 'ID', 'SG']

/** The texts of an invoice. */
export function invoiceContent(invoice: FrozenInvoice): DocumentContent {
  const { locale, currency, cents } = invoice
  return {
    ...shellOf(invoice, say(locale, titleKey(invoice))),
    watermark: markOf(invoice),
    fields: fieldsOf(invoice),
    parties: partiesOf(invoice, 'party.bill_to'),
    amount: formatAmount(locale, BigInt(cents.total), currency),
    amountNotes: [dueText(invoice)],
    blocks: lineBlocks(invoice, { notes: notesOf(invoice), withUsage: true }),
  }
}

/** What every kind of document has in common. */
export function shellOf(
  head: FrozenHead,
  title: string,
): Omit<DocumentContent, 'watermark' | 'fields' | 'parties' | 'amount' | 'amountNotes' | 'blocks'> {
  const { locale, seller, buyer, number, isSelfBilled } = head
  const author = isSelfBilled ? buyer.legalName || buyer.name || '' : sellerName(seller)
  return {
    locale,
    paper: paperOf(seller),
    title,
    author,
    number,
    datedAt: startOfUtcDay(calendarDate(head.issuedOn)),
    hasLogo: !isSelfBilled && seller.logo !== null,
    sideFields: sideFieldsOf(buyer),
    footer: [author, number].filter((each) => each !== '').join(' · '),
    pageLabel: say(locale, 'page'),
    continued: say(locale, 'sec.continued'),
    carriedLabel: say(locale, 'row.carried'),
    attachedLines: null,
  }
}

/** The tables and totals of an invoice, with its notes behind the totals and the usage of its charges at the end. */
export function lineBlocks(
  invoice: FrozenInvoice,
  { notes, withUsage }: { readonly notes: readonly Block[]; readonly withUsage: boolean },
): Block[] {
  const totals: Block = { kind: 'totals', rows: invoiceTotals(invoice) }
  if (invoice.invoiceType === 'credit') return [creditTable(invoice), totals, ...notes]
  if (invoice.subscriptions.length === 0) return [oneOffTable(invoice), totals, ...notes]
  const usage = withUsage ? usageBlocks(invoice) : []
  const sorted = bySubscriptionName(invoice.subscriptions)
  const [only] = sorted
  if (only && sorted.length === 1) return [...subscriptionTables(invoice, only), totals, ...notes, ...usage]
  const details = sorted.flatMap((subscription) => sectionBlocks(invoice, subscription))
  return [summaryTable(invoice, sorted), totals, ...notes, ...details, ...usage]
}

function sectionBlocks(invoice: FrozenInvoice, subscription: FrozenSubscription): Block[] {
  const { locale, currency } = invoice
  const amount = formatAmount(locale, subscriptionCents(invoice, subscription), currency)
  return [
    { kind: 'heading', text: say(locale, 'sec.details_of', { name: subscription.name }) },
    ...subscriptionTables(invoice, subscription),
    { kind: 'totals', rows: [{ label: say(locale, 'tot.total'), amount, isStrong: true }] },
  ]
}

function summaryTable(invoice: FrozenInvoice, sorted: FrozenInvoice['subscriptions']): Block {
  const { locale, currency } = invoice
  let sum = 0n
  return {
    kind: 'table',
    columns: [
      { share: 80, align: 'left' },
      { share: 20, align: 'right' },
    ],
    head: [say(locale, 'col.item'), say(locale, 'col.amount')],
    rows: sorted.map((subscription) => {
      const cents = subscriptionCents(invoice, subscription)
      sum += cents
      return {
        style: 'plain',
        cells: [subscription.name, formatAmount(locale, cents, currency)],
        notes: [],
        carried: formatAmount(locale, sum, currency),
      }
    }),
  }
}

function titleKey({ isSelfBilled, invoiceType, seller }: FrozenInvoice): WordKey {
  if (isSelfBilled) return 'doc.self_billed'
  if (invoiceType === 'credit') return 'doc.prepayment'
  const isPaid = invoiceType === 'advance_charges'
  if (TAX_INVOICE_COUNTRIES.includes(seller.address.country ?? '')) {
    return isPaid ? 'doc.paid_tax_invoice' : 'doc.tax_invoice'
  }
  return isPaid ? 'doc.paid_invoice' : 'doc.invoice'
}

function markOf({ locale, mark, voidedAt, isSandbox }: FrozenInvoice): string | null {
  if (voidedAt !== null) return say(locale, 'wm.void')
  if (mark !== null) return say(locale, mark === 'draft' ? 'wm.draft' : 'wm.preview')
  return isSandbox ? say(locale, 'wm.test') : null
}

function fieldsOf(invoice: FrozenInvoice): Field[] {
  const { locale, number, purchaseOrder, issuedOn, netPaymentTerm, voidedAt } = invoice
  const days = { value: netPaymentTerm, text: formatUnits(locale, Decimal.of(netPaymentTerm)) }
  const fields: (readonly [WordKey, string | null])[] = [
    ['meta.invoice_number', number],
    ['meta.purchase_order', purchaseOrder],
    ['meta.issue_date', formatDate(locale, calendarDate(issuedOn))],
    ['meta.supply_period', supplyPeriod(invoice)],
    [
      'meta.payment_term',
      netPaymentTerm === 0 ? say(locale, 'meta.on_receipt') : sayCount(locale, 'meta.days', days),
    ],
    ['meta.voided_on', voidedAt === null ? null : dateText(voidedAt, invoice)],
  ]
  return fields.flatMap(([key, value]) => (value ? [{ label: say(locale, key), value }] : []))
}

/** From the earliest to the latest day of the lines; lines without dates are of the issue date. */
function supplyPeriod({ fees, locale, timezone, issuedOn }: FrozenInvoice): string {
  // Of tens of thousands of lines, most are of the same days.
  const dayOf = (at: number | null): CalendarDate =>
    at === null ? calendarDate(issuedOn) : localDate(instant(at), timezone)
  const from = [...new Set(fees.map((fee) => fee.from))].map(dayOf).sort()[0]
  const to = [...new Set(fees.map((fee) => fee.to))].map(dayOf).sort().at(-1)
  return formatDates(locale, from ?? calendarDate(issuedOn), to ?? calendarDate(issuedOn))
}

/** When an invoice is to be paid, or why nothing is. */
export function dueText({ locale, invoiceType, cents, dueOn }: FrozenInvoice): string {
  if (invoiceType === 'advance_charges') return say(locale, 'head.already_paid')
  if (BigInt(cents.total) === 0n) return say(locale, 'head.nothing_due')
  return say(locale, 'head.due_on', { date: formatDate(locale, calendarDate(dueOn)) })
}
