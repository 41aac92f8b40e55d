import type { Locale } from './words.ts'

/** A table's column: its share of the width in percent, and where its text stands. */
export type Column = { readonly share: number; readonly align: 'left' | 'right' }

/**
 * A row: `plain` stands for itself, a `title` heads the `detail` rows below it, which a `subtotal` ends. A title stays
 * on the page of its first detail, and a subtotal on that of the row before it.
 */
export type Row = {
  readonly style: 'plain' | 'title' | 'detail' | 'subtotal'
  readonly cells: readonly string[]
  /** Small lines under the first cell. */
  readonly notes: readonly string[]
  /** The sum of the table up to and including this row, printed when the page ends after it; null for none. */
  readonly carried: string | null
}

export type Table = {
  readonly kind: 'table'
  readonly columns: readonly Column[]
  readonly head: readonly string[]
  readonly rows: readonly Row[]
}

export type TotalRow = { readonly label: string; readonly amount: string; readonly isStrong: boolean }

export type Block =
  | Table
  | { readonly kind: 'heading'; readonly text: string }
  | { readonly kind: 'totals'; readonly rows: readonly TotalRow[] }
  | { readonly kind: 'note'; readonly title: string | null; readonly text: string; readonly isRuled: boolean }

export type Field = { readonly label: string; readonly value: string }

/** Everything that stands in a document as finished texts, in the order of the page. */
export type DocumentContent = {
  readonly locale: Locale
  readonly paper: 'A4' | 'LETTER'
  readonly title: string
  /** For the properties of the file. */
  readonly author: string
  readonly number: string
  /** The instant in the file's dates, in milliseconds since the epoch. */
  readonly datedAt: number
  readonly watermark: string | null
  /** Self-billed documents carry no logo. */
  readonly hasLogo: boolean
  readonly fields: readonly Field[]
  readonly sideFields: readonly Field[]
  readonly parties: readonly { readonly heading: string; readonly lines: readonly string[] }[]
  readonly amount: string
  readonly amountNotes: readonly string[]
  readonly blocks: readonly Block[]
  readonly footer: string
  /** With `{n}` and `{total}`. */
  readonly pageLabel: string
  /** Added to the head of a table that goes on from the page before. */
  readonly continued: string
  /** Before a carried sum. */
  readonly carriedLabel: string
  /** The lines as a file inside the document, where they are too many to be printed. */
  readonly attachedLines: { readonly name: string; readonly csv: string } | null
}
