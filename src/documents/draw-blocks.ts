import type { Block, TotalRow } from '../core/documents/content.ts'
import { printedLine, printedLines } from '../core/documents/plain-text.ts'
import { beginningHeight, drawTable, wholeHeight } from './draw-table.ts'
import { BLOCK_GAP, type Line, MARGIN, type Sheet, STYLES } from './sheet.ts'

/** A totals block of at most this many rows is kept whole. */
const WHOLE_TOTALS_MAX = 12
const LABEL_SHARE = 0.35
const AMOUNT_SHARE = 0.15
const GAP = 4
const NOTE_GAP = 6
/** A section begins on a new page when less than this share of the page is left, unless all of it fits. */
const SECTION_SHARE = 1 / 3

/** Draws the tables, totals and notes of a document one after the other. */
export function drawBlocks(sheet: Sheet, options: { readonly tagsCells: boolean }): void {
  const { blocks } = sheet.content
  for (const [index, block] of blocks.entries()) {
    const next = blocks[index + 1]
    switch (block.kind) {
      case 'heading':
        // The gap below a note is small.
        if (blocks[index - 1]?.kind === 'note') sheet.y += BLOCK_GAP - NOTE_GAP
        drawHeading(sheet, block.text, blocks.slice(index + 1))
        break
      case 'table':
        drawTable(sheet, block, { ...options, tail: tailOf(sheet, next) })
        break
      case 'totals':
        drawTotals(sheet, block.rows)
        break
      case 'note':
        drawNote(sheet, block)
        break
    }
  }
}

/** What follows the last row of a table on its page: the totals, unless they are too many. */
function tailOf(sheet: Sheet, next: Block | undefined): number {
  if (next?.kind !== 'totals' || next.rows.length > WHOLE_TOTALS_MAX) return 0
  return BLOCK_GAP + next.rows.map((row) => totalRow(sheet, row).height).reduce((sum, each) => sum + each, 0)
}

function drawHeading(sheet: Sheet, text: string, after: readonly Block[]): void {
  const [next] = after
  const lines = sheet.lines(printedLine(text), STYLES.heading, sheet.width)
  const own = heightOf(lines) + GAP
  const below = next?.kind === 'table' ? beginningHeight(sheet, next) : 0
  const whole = own + sectionHeight(sheet, after)
  sheet.ensure(Math.max(own + below, Math.min(sheet.bottom * SECTION_SHARE, whole)))
  sheet.textTag('H2', () => {
    sheet.y += sheet.drawLines(lines, MARGIN, sheet.y) + GAP
  })
}

/** The height of what follows a heading, up to the next one. */
function sectionHeight(sheet: Sheet, after: readonly Block[]): number {
  let height = 0
  for (const block of after) {
    if (block.kind === 'heading') break
    if (block.kind === 'table') height += wholeHeight(sheet, block)
    if (block.kind === 'totals')
      height += block.rows.reduce((sum, row) => sum + totalRow(sheet, row).height, BLOCK_GAP)
  }
  // The gap below the last block may be off the page.
  return Math.max(0, height - BLOCK_GAP)
}

type SetTotal = { readonly label: readonly Line[]; readonly amount: readonly Line[]; readonly height: number }

function totalRow(sheet: Sheet, { label, amount, isStrong }: TotalRow): SetTotal {
  const style = isStrong ? STYLES.strong : STYLES.body
  const left = sheet.lines(printedLine(label), style, sheet.width * LABEL_SHARE - GAP)
  const right = sheet.lines(amount, style, sheet.width * AMOUNT_SHARE)
  return { label: left, amount: right, height: Math.max(heightOf(left), heightOf(right)) + 2 * GAP }
}

function drawTotals(sheet: Sheet, rows: readonly TotalRow[]): void {
  const set = rows.map((row) => totalRow(sheet, row))
  const whole = set.reduce((sum, { height }) => sum + height, 0)
  if (rows.length <= WHOLE_TOTALS_MAX) sheet.ensure(whole)
  const x = MARGIN + sheet.width * (1 - LABEL_SHARE - AMOUNT_SHARE)
  const amountX = x + sheet.width * LABEL_SHARE
  const table = sheet.child(sheet.root, 'Table')
  for (const [index, { label, amount, height }] of set.entries()) {
    sheet.ensure(height)
    const tr = sheet.child(table, 'TR')
    const th = sheet.child(tr, 'TH', { scope: 'Row' })
    sheet.tagged(th, 'TH', () => sheet.drawLines(label, x, sheet.y + GAP))
    th.end()
    const td = sheet.child(tr, 'TD')
    sheet.tagged(td, 'TD', () =>
      sheet.drawLines(amount, amountX, sheet.y + GAP, 'right', sheet.width * AMOUNT_SHARE),
    )
    td.end()
    tr.end()
    sheet.y += height
    if (index < set.length - 1) sheet.drawRule(x, sheet.y, sheet.width * (LABEL_SHARE + AMOUNT_SHARE))
  }
  table.end()
  sheet.y += BLOCK_GAP
}

function drawNote(sheet: Sheet, { title, text, isRuled }: Extract<Block, { kind: 'note' }>): void {
  if (isRuled) {
    sheet.ensure(NOTE_GAP + STYLES.note.lineHeight)
    sheet.drawRule(MARGIN, sheet.y, sheet.width)
    sheet.y += NOTE_GAP
  }
  const lines = [
    ...(title === null ? [] : sheet.lines(printedLine(title), STYLES.noteTitle, sheet.width)),
    ...sheet.lines(printedLines(text), STYLES.note, sheet.width),
  ]
  const tag = sheet.child(sheet.root, 'P')
  // Two lines of a note never stand alone.
  sheet.ensure(Math.min(heightOf(lines), 3 * STYLES.note.lineHeight))
  for (let from = 0; from < lines.length; ) {
    sheet.ensure(STYLES.note.lineHeight)
    const count = Math.max(1, Math.floor(sheet.left / STYLES.note.lineHeight))
    const now = lines.slice(from, from + count)
    sheet.tagged(tag, 'P', () => {
      sheet.y += sheet.drawLines(now, MARGIN, sheet.y)
    })
    from += now.length
  }
  tag.end()
  sheet.y += NOTE_GAP
}

function heightOf(lines: readonly Line[]): number {
  return lines.reduce((sum, line) => sum + line.style.lineHeight, 0)
}
