import { bankNotes } from './bank-account.ts'
import type { Block } from './content.ts'
import { formatAmount } from './formats.ts'
import { frenchNotesOf } from './french-notes.ts'
import type { FrozenHead, FrozenInvoice, FrozenSection, FrozenTax } from './frozen.ts'
import { say } from './words.ts'

/** The notes on taxes and the footer of any document. */
export function closingNotes(head: FrozenHead, taxes: readonly FrozenTax[]): Block[] {
  return [...vatNotes(head, taxes), ...footerOf(head)]
}

/** The notes that stand after the totals of an invoice. */
export function notesOf(invoice: FrozenInvoice): Block[] {
  return [
    ...vatNotes(invoice, invoice.taxes),
    ...thresholdNote(invoice),
    ...frenchNotesOf(invoice).flatMap(({ text, isOwn }) => (isOwn ? [] : [note(text)])),
    ...sectionNotes(invoice.sections),
    ...footerOf(invoice),
    ...bankNotes(invoice),
  ]
}

function vatNotes({ locale, seller }: FrozenHead, taxes: readonly FrozenTax[]): Block[] {
  if (!seller.euTaxManagement) return []
  const codes = new Set(taxes.map(({ code }) => code))
  const notes: Block[] = []
  if (codes.has('lago_eu_tax_exempt')) {
    notes.push(note(say(locale, seller.address.country === 'FR' ? 'note.exempt_fr' : 'note.exempt')))
  }
  if (codes.has('lago_eu_reverse_charge')) notes.push(note(say(locale, 'note.reverse_charge')))
  return notes
}

function thresholdNote({ locale, currency, thresholds }: FrozenInvoice): Block[] {
  const last = thresholds.at(-1)
  if (!last) return []
  const usage = formatAmount(locale, BigInt(last.usageCents), currency)
  const threshold = formatAmount(locale, BigInt(last.thresholdCents), currency)
  return [note(say(locale, 'note.threshold', { usage, threshold }))]
}

function sectionNotes(sections: readonly FrozenSection[]): Block[] {
  return sections.map(({ name, details }, k) => ({
    kind: 'note',
    title: name,
    text: details ?? '',
    isRuled: k > 0,
  }))
}

function footerOf({ locale, seller, isSelfBilled }: FrozenHead): Block[] {
  if (isSelfBilled) return [note(say(locale, 'note.self_billed'))]
  const lines = (seller.footer ?? '').split(/\r?\n/).filter((line) => line.trim() !== '')
  return lines.length === 0 ? [] : [note(lines.join('\n'))]
}

function note(text: string): Block {
  return { kind: 'note', title: null, text, isRuled: false }
}
