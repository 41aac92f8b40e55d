import { Decimal } from '../amounts/decimal.ts'
import type { Block, DocumentContent } from './content.ts'
import { formatUnits } from './formats.ts'
import type { FrozenDocument } from './frozen.ts'
import { LINES_FILE, linesCsv } from './lines-csv.ts'
import { say } from './words.ts'

/** A document of more rows is printed without them: they are more than a thousand pages. */
const PRINTED_ROWS_MAX = 50_000
/** What stands above the totals is still printed when it has no more rows than this, such as a summary. */
const SUMMARY_ROWS_MAX = 1000

/**
 * The same texts where all of their rows can be printed. Otherwise what is left are the totals, what sums up to them if
 * it is short, and the notes; the lines are a CSV file inside the document.
 */
export function withAttachedLines(
  content: DocumentContent,
  frozen: FrozenDocument,
  printedRowsMax = PRINTED_ROWS_MAX,
): DocumentContent {
  const { locale, blocks } = content
  if (rowsOf(blocks) <= printedRowsMax) return content
  const { csv, count } = linesCsv(frozen)
  const found = blocks.findIndex(({ kind }) => kind === 'totals')
  const end = found < 0 ? blocks.length : found
  const above = blocks.slice(0, end)
  const text = say(locale, 'note.lines_attached', {
    count: formatUnits(locale, Decimal.of(count)),
    file: LINES_FILE,
  })
  return {
    ...content,
    attachedLines: { name: LINES_FILE, csv },
    blocks: [
      ...(rowsOf(above) <= SUMMARY_ROWS_MAX ? above : above.filter(isNote)),
      { kind: 'note', title: null, text, isRuled: false },
      ...blocks.slice(end, end + 1),
      ...blocks.slice(end + 1).filter(isNote),
    ],
  }
}

function rowsOf(blocks: readonly Block[]): number {
  return blocks.reduce((sum, block) => sum + (block.kind === 'table' ? block.rows.length : 0), 0)
}

function isNote({ kind }: Block): boolean {
  return kind === 'note'
}
