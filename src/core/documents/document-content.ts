import { withAttachedLines } from './attached-lines.ts'
import type { DocumentContent } from './content.ts'
import { creditNoteContent } from './credit-note-content.ts'
import type { FrozenDocument } from './frozen.ts'
import { invoiceContent } from './invoice-content.ts'
import { receiptContent } from './receipt-content.ts'

/** The texts of a document of any kind, from what was frozen of it; too many lines are attached to it. */
export function documentContent(frozen: FrozenDocument): DocumentContent {
  return withAttachedLines(printedContent(frozen), frozen)
}

function printedContent(frozen: FrozenDocument): DocumentContent {
  switch (frozen.kind) {
    case 'invoice':
      return invoiceContent(frozen)
    case 'credit_note':
      return creditNoteContent(frozen)
    case 'receipt':
      return receiptContent(frozen)
  }
}
