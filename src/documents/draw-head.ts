import type { Field } from '../core/documents/content.ts'
import { printedLine, printedLines } from '../core/documents/plain-text.ts'
import { drawableLogo } from './logo.ts'
import { BLOCK_GAP, MARGIN, type Sheet, STYLES } from './sheet.ts'

const LOGO = { width: 140, height: 40 }
const LABEL_WIDTH = { least: 100, most: 150 }
const COLUMN_GAP = 12

/** Draws the title and logo, the fields, the parties and the amount; the sheet goes on below them. */
export function drawHead(sheet: Sheet, logo: Uint8Array | null): { readonly isLogoUnreadable: boolean } {
  const { content, width } = sheet
  const own = content.hasLogo ? logo : null
  const isLogoUnreadable = own !== null && !drawLogo(sheet, own)
  const hasLogo = own !== null && !isLogoUnreadable
  const titleWidth = width - (hasLogo ? LOGO.width + COLUMN_GAP : 0)
  const title = sheet.lines(printedLine(content.title), STYLES.title, titleWidth)
  const top = sheet.y
  sheet.textTag('H1', () => {
    sheet.y += sheet.drawLines(title, MARGIN, top)
  })
  sheet.y = Math.max(sheet.y, hasLogo ? top + LOGO.height : 0) + COLUMN_GAP
  const half = width / 2
  const start = sheet.y
  const leftBottom = drawFields(sheet, content.fields, { x: MARGIN, y: start, width: half - COLUMN_GAP })
  const rightBottom = drawFields(sheet, content.sideFields, { x: MARGIN + half, y: start, width: half })
  sheet.y = Math.max(leftBottom, rightBottom) + BLOCK_GAP
  drawParties(sheet)
  drawAmount(sheet)
  return { isLogoUnreadable }
}

/** False when the logo cannot be drawn. */
function drawLogo(sheet: Sheet, bytes: Uint8Array): boolean {
  const { content, file, width } = sheet
  const logo = drawableLogo(bytes, LOGO)
  if (!logo) return false
  const tag = sheet.child(sheet.root, 'Figure', { alt: content.author })
  sheet.tagged(tag, 'Figure', () => {
    file.image(logo.bytes as never, MARGIN + width - logo.width, sheet.y, {
      width: logo.width,
      height: logo.height,
    })
  })
  tag.end()
  return true
}

type Box = { readonly x: number; readonly y: number; readonly width: number }

/** Draws labels and values side by side; returns where they end. */
function drawFields(sheet: Sheet, fields: readonly Field[], { x, y, width }: Box): number {
  const widest = Math.max(
    0,
    ...fields.map(({ label }) => widthOf(sheet, printedLine(label), LABEL_WIDTH.most)),
  )
  const labelWidth = Math.min(Math.max(widest + COLUMN_GAP, LABEL_WIDTH.least), LABEL_WIDTH.most)
  let bottom = y
  for (const { label, value } of fields) {
    const left = sheet.lines(printedLine(label), STYLES.strong, labelWidth - COLUMN_GAP)
    const right = sheet.lines(printedLine(value), STYLES.body, width - labelWidth)
    sheet.textTag('P', () => {
      const heights = [sheet.drawLines(left, x, bottom), sheet.drawLines(right, x + labelWidth, bottom)]
      bottom += Math.max(...heights) + 2
    })
  }
  return bottom
}

function widthOf(sheet: Sheet, text: string, most: number): number {
  const lines = sheet.lines(text, STYLES.strong, most)
  const widths = lines.map(({ runs }) => runs.reduce((sum, run) => sum + run.width, 0))
  return (Math.max(0, ...widths) * STYLES.strong.size) / 1000
}

function drawParties(sheet: Sheet): void {
  const { parties } = sheet.content
  const share = sheet.width / Math.max(parties.length, 2)
  const heights = parties.map(({ heading, lines }, index) => {
    const x = MARGIN + share * index
    const width = share - COLUMN_GAP
    const own = [
      ...sheet.lines(heading, STYLES.strong, width),
      ...lines.flatMap((line) => sheet.lines(printedLine(line), STYLES.body, width)),
    ]
    let height = 0
    sheet.textTag('P', () => {
      height = sheet.drawLines(own, x, sheet.y)
    })
    return height
  })
  sheet.y += Math.max(0, ...heights) + BLOCK_GAP
}

function drawAmount(sheet: Sheet): void {
  const { amount, amountNotes } = sheet.content
  const lines = [
    ...sheet.lines(amount, STYLES.amount, sheet.width),
    ...amountNotes.flatMap((note) => sheet.lines(printedLines(note), STYLES.faint, sheet.width)),
  ]
  const height = lines.reduce((sum, line) => sum + line.style.lineHeight, 0)
  sheet.ensure(height)
  sheet.textTag('P', () => {
    sheet.y += sheet.drawLines(lines, MARGIN, sheet.y)
  })
  sheet.y += BLOCK_GAP
}
