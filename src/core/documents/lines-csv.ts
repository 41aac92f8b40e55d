import { Decimal } from '../amounts/decimal.ts'
import { instant } from '../calendar/instant.ts'
import { localDate } from '../calendar/zone.ts'
import { presentedUsage } from './fee-tables.ts'
import type { FrozenCreditNote, FrozenDocument, FrozenHead, FrozenInvoice } from './frozen.ts'
import { printedLine, printedLines } from './plain-text.ts'
import { amountText } from './xml/amount-text.ts'
import { type BilledLine, creditNoteLines, detailsOf, invoiceLines } from './xml/billed-lines.ts'

/** The name of the file. */
export const LINES_FILE = 'lines.csv'

const COLUMNS = [
  'kind',
  'subscription',
  'from',
  'to',
  'item',
  'details',
  'units',
  'unit_price',
  'tax_rates',
  'amount',
  'currency',
] as const
type Line = Readonly<Partial<Record<(typeof COLUMNS)[number], string>>>

/** Columns whose values are written as they are; the others are texts that people have typed. */
const WRITTEN: readonly string[] = ['kind', 'from', 'to', 'units', 'unit_price', 'amount', 'currency']
/** How a spreadsheet tells a formula from a text. */
const FORMULA = /^[=+\-@\t\r]/
/** Tells spreadsheets that the file is in UTF-8. */
const MARK = '\ufeff'

/**
 * The lines of a document as CSV (RFC 4180): a `line` for each, with numbers and dates as the API writes them, and a row
 * of `usage` for each value of the keys that usage is presented by. Texts that a spreadsheet would take for a formula
 * have an apostrophe before them. With the number of rows below the head.
 */
export function linesCsv(frozen: FrozenDocument): { readonly csv: string; readonly count: number } {
  const lines = linesOf(frozen)
  const rows = [COLUMNS.join(','), ...lines.map((line) => COLUMNS.map((name) => cell(name, line)).join(','))]
  return { csv: `${MARK}${rows.join('\r\n')}\r\n`, count: lines.length }
}

function linesOf(frozen: FrozenDocument): Line[] {
  switch (frozen.kind) {
    case 'invoice':
      return [...invoiceLines(frozen).map((line) => ofInvoice(line, frozen)), ...usageOf(frozen)]
    case 'credit_note':
      return creditNoteLines(frozen).map((line) => ofLine(line, frozen))
    case 'receipt': {
      const { paid, currency } = frozen
      if ('invoice' in paid) return linesOf({ ...paid.invoice, locale: frozen.locale })
      return paid.invoices.map(({ number, totalCents }) => ({
        kind: 'line',
        item: number,
        amount: amountText(BigInt(totalCents), currency),
        currency,
      }))
    }
  }
}

function ofInvoice(line: BilledLine, invoice: FrozenInvoice): Line {
  const { fee, subscription } = line
  const details = [fee.description, ...detailsOf(fee, subscription, invoice)].filter((text) => text)
  return {
    ...ofLine(line, invoice),
    details: details.join('; '),
    units: Decimal.of(fee.units).toString(),
    unit_price: Decimal.of(fee.unitPrice).toString(),
  }
}

function ofLine(
  { fee, title, subscription, cents }: BilledLine,
  document: FrozenInvoice | FrozenCreditNote,
): Line {
  const { currency } = document
  const rates = fee.taxes.map(({ rate }) => Decimal.of(rate)).sort((a, b) => b.compare(a))
  return {
    kind: 'line',
    subscription: subscription?.name ?? '',
    from: dateOf(fee.from, document),
    to: dateOf(fee.to, document),
    item: title,
    tax_rates: rates.join('; '),
    amount: amountText(cents, currency),
    currency,
  }
}

function usageOf(invoice: FrozenInvoice): Line[] {
  return presentedUsage(invoice).flatMap(({ title, rows }) =>
    rows.map(({ label, units }) => ({ kind: 'usage', item: title, details: label, units: units.toString() })),
  )
}

function dateOf(at: number | null, { timezone }: Pick<FrozenHead, 'timezone'>): string {
  return at === null ? '' : localDate(instant(at), timezone)
}

function cell(name: (typeof COLUMNS)[number], line: Line): string {
  const value = line[name] ?? ''
  const text = WRITTEN.includes(name) ? value : safe(oneLine(name, value))
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** Details may be long. */
function oneLine(name: (typeof COLUMNS)[number], value: string): string {
  return name === 'details' ? printedLines(value).replace(/\n+/g, ' ') : printedLine(value)
}

function safe(text: string): string {
  return FORMULA.test(text) ? `'${text}` : text
}
