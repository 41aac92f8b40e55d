import type { Column, Row, Table } from '../core/documents/content.ts'
import { printedLine, printedLines } from '../core/documents/plain-text.ts'
import { BLOCK_GAP, type Line, MARGIN, type Sheet, STYLES, type Tag } from './sheet.ts'

const PADDING = 3
/** A table of more rows than this is set closer: it is looked things up in, and 1,000 lines take 24 pages, not 27. */
const LONG_ROWS = 100
const LONG_PADDING = 2
/** A fee of at most this many rows is not split over two pages. */
const WHOLE_FEE_MAX = 8
/** No more rows than these fit a page. */
const MEASURED_ROWS_MAX = 50
const COLUMN_GAP = 4
const INDENT = 10

/** A row with its texts broken into lines. */
type SetRow = { readonly cells: readonly (readonly Line[])[]; readonly height: number; readonly row: Row }

type Setting = {
  readonly table: Table
  readonly edges: readonly { readonly x: number; readonly width: number }[]
  /** Above and below the texts of a row. */
  readonly padding: number
  readonly tag: Tag
  /** Cells have tags of their own; very long tables only tag their rows. */
  readonly tagsCells: boolean
}

/**
 * Draws a table over as many pages as it needs: the head stands on each of them, a row is only split when it is taller
 * than a page, and where a page ends inside the table the sum so far is carried over.
 *
 * @param tail the height of what should follow the last row on its page
 */
export function drawTable(
  sheet: Sheet,
  table: Table,
  options: { readonly tail: number; readonly tagsCells: boolean },
): void {
  const tag = sheet.child(sheet.root, 'Table')
  const setting: Setting = {
    table,
    edges: edgesOf(table.columns, sheet.width),
    padding: paddingOf(table),
    tag,
    tagsCells: options.tagsCells,
  }
  const head = setHead(sheet, setting, false)
  let previous: Row | null = null
  const count = table.rows.length
  for (let from = 0; from < count; ) {
    const to = chunkEnd(table.rows, from)
    const chunk = table.rows.slice(from, to).map((row) => setRow(sheet, setting, row))
    const height = heightOf(chunk)
    const isLast = to === count
    const after = isLast ? options.tail : table.rows[to - 1]?.carried == null ? 0 : carriedHeight(setting)
    const need = height + (previous ? 0 : head.height) + after
    if (previous === null) {
      sheet.ensure(need)
      drawHead(sheet, setting, head)
    } else if (sheet.left < need) breakPage(sheet, setting, previous)
    for (const [index, row] of chunk.entries()) {
      const next = chunk[index + 1]?.row ?? table.rows[to]
      drawRow(sheet, setting, row, next)
      previous = row.row
    }
    from = to
  }
  if (count === 0) drawHead(sheet, setting, head)
  tag.end()
  sheet.y += BLOCK_GAP
}

/** The height of a whole table; infinite for one of many rows, which is not worth measuring. */
export function wholeHeight(sheet: Sheet, table: Table): number {
  if (table.rows.length > MEASURED_ROWS_MAX) return Number.POSITIVE_INFINITY
  const setting = { table, edges: edgesOf(table.columns, sheet.width), padding: paddingOf(table) }
  const rows = table.rows.map((row) => setRow(sheet, setting, row))
  return setHead(sheet, setting, false).height + heightOf(rows) + BLOCK_GAP
}

/** The height of a table's head and first rows, which a heading above it stays with. */
export function beginningHeight(sheet: Sheet, table: Table): number {
  const setting = { table, edges: edgesOf(table.columns, sheet.width), padding: paddingOf(table) }
  const rows = table.rows.slice(0, chunkEnd(table.rows, 0)).map((row) => setRow(sheet, setting, row))
  return setHead(sheet, setting, false).height + heightOf(rows) + carriedHeight(setting)
}

function paddingOf({ rows }: Table): number {
  return rows.length > LONG_ROWS ? LONG_PADDING : PADDING
}

function carriedHeight({ padding }: Pick<Setting, 'padding'>): number {
  return STYLES.faint.lineHeight + 2 * padding
}

/**
 * Where the rows end that stay together: a fee with all the parts of its price, unless they are many; then a title with
 * its first detail, and a subtotal with the row before it.
 */
function chunkEnd(rows: readonly Row[], from: number): number {
  let to = from + 1
  if (rows[from]?.style === 'title') {
    while (isPart(rows[to])) to += 1
    if (to - from <= WHOLE_FEE_MAX) return to
    to = from + 1
  }
  while (to < rows.length && (rows[to]?.style === 'subtotal' || rows[to - 1]?.style === 'title')) to += 1
  return to
}

function isPart(row: Row | undefined): boolean {
  return row?.style === 'detail' || row?.style === 'subtotal'
}

function heightOf(rows: readonly SetRow[]): number {
  return rows.reduce((sum, { height }) => sum + height, 0)
}

function edgesOf(columns: readonly Column[], width: number): Setting['edges'] {
  let x = MARGIN
  return columns.map(({ share }) => {
    const own = (width * share) / 100
    const edge = { x, width: own }
    x += own
    return edge
  })
}

function setRow(sheet: Sheet, { edges, padding }: Pick<Setting, 'edges' | 'padding'>, row: Row): SetRow {
  const isIndented = row.style === 'detail' || row.style === 'subtotal'
  const isHeading = row.style === 'title' && row.cells.slice(1).every((cell) => cell === '')
  const style = isHeading ? STYLES.strong : STYLES.body
  const cells = row.cells.map((cell, k) => {
    const indent = k === 0 && isIndented ? INDENT : 0
    const width = (edges[k]?.width ?? 0) - COLUMN_GAP - indent
    const lines = sheet.lines(k === 0 ? printedLine(cell) : printedLines(cell), style, width)
    if (k > 0) return lines
    return [
      ...lines,
      ...row.notes.flatMap((note) => sheet.lines(printedLines(note), STYLES.faintNote, width)),
    ]
  })
  return { cells, height: Math.max(...cells.map(linesHeight)) + 2 * padding, row }
}

function setHead(
  sheet: Sheet,
  { table, edges, padding }: Pick<Setting, 'table' | 'edges' | 'padding'>,
  isContinued: boolean,
): SetRow {
  const cells = table.head.map((text, k) => {
    const full = k === 0 && isContinued ? `${text} (${sheet.content.continued})` : text
    return sheet.lines(printedLine(full), STYLES.faint, (edges[k]?.width ?? 0) - COLUMN_GAP)
  })
  const row: Row = { style: 'plain', cells: table.head, notes: [], carried: null }
  return { cells, height: Math.max(...cells.map(linesHeight)) + 2 * padding, row }
}

function linesHeight(lines: readonly Line[]): number {
  return lines.reduce((sum, line) => sum + line.style.lineHeight, 0)
}

function drawHead(sheet: Sheet, setting: Setting, head: SetRow): void {
  const tr = sheet.child(setting.tag, 'TR')
  for (const [k, lines] of head.cells.entries()) {
    const th = sheet.child(tr, 'TH', { scope: 'Column' })
    sheet.tagged(th, 'TH', () => drawCell(sheet, setting, k, lines, sheet.y + setting.padding, 0))
    th.end()
  }
  tr.end()
  sheet.y += head.height
  sheet.drawRule(MARGIN, sheet.y, sheet.width)
}

/** Ends the page inside a table and repeats the head on the next one. */
function breakPage(sheet: Sheet, setting: Setting, last: Row): void {
  drawCarried(sheet, setting, last)
  sheet.newPage()
  const head = setHead(sheet, setting, true)
  sheet.artifact(() => {
    for (const [k, lines] of head.cells.entries())
      drawCell(sheet, setting, k, lines, sheet.y + setting.padding, 0)
  })
  sheet.y += head.height
  sheet.drawRule(MARGIN, sheet.y, sheet.width)
  if (drawCarried(sheet, setting, last)) sheet.drawRule(MARGIN, sheet.y, sheet.width)
}

function drawCarried(sheet: Sheet, setting: Setting, { carried }: Row): boolean {
  if (carried === null) return false
  const { width, content } = sheet
  const [label] = sheet.lines(content.carriedLabel, STYLES.faint, width)
  const [sum] = sheet.lines(carried, STYLES.faint, width)
  sheet.artifact(() => {
    if (label) sheet.drawLine(label, MARGIN, sheet.y + setting.padding)
    if (sum) sheet.drawLine(sum, MARGIN, sheet.y + setting.padding, 'right', width)
  })
  sheet.y += carriedHeight(setting)
  return true
}

function drawRow(sheet: Sheet, setting: Setting, set: SetRow, next: Row | undefined): void {
  const tr = sheet.child(setting.tag, 'TR')
  const indent = set.row.style === 'detail' || set.row.style === 'subtotal' ? INDENT : 0
  const tags = setting.tagsCells ? set.cells.map(() => sheet.child(tr, 'TD')) : [sheet.child(tr, 'TD')]
  let rest = set.cells
  // A row that is taller than what a page holds goes on at the top of the next one.
  for (;;) {
    const split = rest.map((lines) => splitLines(lines, sheet.left - 2 * setting.padding))
    const now = split.map(({ fitting }) => fitting)
    const y = sheet.y + setting.padding
    const drawAll = (only?: number) => {
      for (const [k, lines] of now.entries())
        if (only === undefined || only === k) drawCell(sheet, setting, k, lines, y, k === 0 ? indent : 0)
    }
    for (const [k, tag] of tags.entries())
      sheet.tagged(tag, 'TD', () => drawAll(setting.tagsCells ? k : undefined))
    sheet.y += Math.max(...now.map(linesHeight)) + 2 * setting.padding
    rest = split.map(({ later }) => later)
    if (rest.every((lines) => lines.length === 0)) break
    sheet.newPage()
  }
  for (const tag of tags) tag.end()
  tr.end()
  if (!isPart(next)) sheet.drawRule(MARGIN, sheet.y, sheet.width)
}

function splitLines(
  lines: readonly Line[],
  height: number,
): { readonly fitting: readonly Line[]; readonly later: readonly Line[] } {
  let used = 0
  let count = 0
  for (const line of lines) {
    // A little tolerance, because heights are sums of fractions.
    if (used + line.style.lineHeight > height + 0.01) break
    used += line.style.lineHeight
    count += 1
  }
  return { fitting: lines.slice(0, count), later: lines.slice(count) }
}

function drawCell(
  sheet: Sheet,
  { table, edges }: Setting,
  k: number,
  lines: readonly Line[],
  y: number,
  indent: number,
): void {
  const edge = edges[k]
  if (edge) sheet.drawLines(lines, edge.x + indent, y, table.columns[k]?.align ?? 'left', edge.width - indent)
}
