const DIGITS_MIN = 3

/** The number of a credit note: its invoice's, with the sequence of the note. */
export function creditNoteNumber(invoiceNumber: string, sequentialId: number): string {
  return `${invoiceNumber}-CN${String(sequentialId).padStart(DIGITS_MIN, '0')}`
}
