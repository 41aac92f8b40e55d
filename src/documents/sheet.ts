import type { DocumentContent } from '../core/documents/content.ts'
import { printedLine } from '../core/documents/plain-text.ts'
import type { Weight } from './faces.ts'
import type { PdfFile } from './pdf-file.ts'
import { lineWidth, type Missing, type Run, runsOf, wrapped } from './runs.ts'

/** A kind of text: its weight, its size and the height of its lines in points, and its colour. */
export type TextStyle = {
  readonly weight: Weight
  readonly size: number
  readonly lineHeight: number
  readonly color: string
}

const TEXT = '#111827'
const SECONDARY = '#5B6472'
const RULE = '#D5DAE1'
const WATERMARK = '#ECEEF1'

export const STYLES = {
  title: { weight: 'strong', size: 18, lineHeight: 24, color: TEXT },
  amount: { weight: 'strong', size: 14, lineHeight: 20, color: TEXT },
  heading: { weight: 'strong', size: 11, lineHeight: 16, color: TEXT },
  body: { weight: 'regular', size: 8.5, lineHeight: 12, color: TEXT },
  strong: { weight: 'strong', size: 8.5, lineHeight: 12, color: TEXT },
  faint: { weight: 'regular', size: 8.5, lineHeight: 12, color: SECONDARY },
  note: { weight: 'regular', size: 7.5, lineHeight: 10, color: TEXT },
  noteTitle: { weight: 'strong', size: 7.5, lineHeight: 10, color: TEXT },
  faintNote: { weight: 'regular', size: 7.5, lineHeight: 10, color: SECONDARY },
  footer: { weight: 'regular', size: 7, lineHeight: 9, color: SECONDARY },
} as const satisfies Readonly<Record<string, TextStyle>>

export const MARGIN = 40
const BOTTOM = 56
const FOOTER_BASELINE = 28
export const BLOCK_GAP = 18
const WATERMARK_SIZE = 96
/** How far below the top of its line a text stands, in line heights. */
const BASELINE = 0.75

/** A finished line of text, measured. */
export type Line = { readonly runs: readonly Run[]; readonly style: TextStyle }

/** A structure element of the file's tags. */
export type Tag = ReturnType<PdfFile['struct']>

/** The pages of a document and the place on them where the next block goes. */
export class Sheet {
  readonly file: PdfFile
  readonly content: DocumentContent
  readonly missing: Missing = new Set()
  /** The root of the tags. */
  readonly root: Tag
  y = MARGIN
  /** The colour that texts of the page are drawn in now. */
  private color = ''

  constructor(file: PdfFile, content: DocumentContent) {
    this.file = file
    this.content = content
    this.root = file.struct('Document')
    file.addStructure(this.root as never)
    this.newPage()
  }

  get width(): number {
    return this.file.page.width - 2 * MARGIN
  }

  /** The lowest point of a page's content. */
  get bottom(): number {
    return this.file.page.height - BOTTOM
  }

  get left(): number {
    return this.bottom - this.y
  }

  newPage(): void {
    this.file.addPage()
    this.y = MARGIN
    this.color = ''
    this.drawWatermark()
  }

  /** Goes on to a new page unless a height is left; true when it did. */
  ensure(height: number): boolean {
    if (this.left >= height || this.y === MARGIN) return false
    this.newPage()
    return true
  }

  lines(text: string, style: TextStyle, width: number): Line[] {
    if (text === '') return []
    return wrapped(text, style, width, this.missing).map((runs) => ({ runs, style }))
  }

  /** Draws a line with its top at `y`. */
  drawLine({ runs, style }: Line, x: number, y: number, align: 'left' | 'right' = 'left', width = 0): void {
    let at = align === 'right' ? x + width - lineWidth(runs, style.size) : x
    const baseline = y + style.lineHeight * BASELINE
    if (this.color !== style.color) this.file.fillColor(style.color)
    this.color = style.color
    for (const run of runs) {
      this.file.useFace(run.face, style.size)
      // With features, pdfkit shapes a text as a whole instead of word by word.
      const shaping = run.isRightToLeft ? { features: [] } : {}
      this.file.text(run.text, at, baseline, { lineBreak: false, baseline: 'alphabetic', ...shaping })
      at += (run.width * style.size) / 1000
    }
  }

  /** Draws lines below each other and returns the height that they took. */
  drawLines(
    lines: readonly Line[],
    x: number,
    y: number,
    align: 'left' | 'right' = 'left',
    width = 0,
  ): number {
    let height = 0
    for (const line of lines) {
      this.drawLine(line, x, y + height, align, width)
      height += line.style.lineHeight
    }
    return height
  }

  drawRule(x: number, y: number, width: number): void {
    this.artifact(() => {
      this.file
        .lineWidth(0.5)
        .strokeColor(RULE)
        .moveTo(x, y)
        .lineTo(x + width, y)
        .stroke()
    })
  }

  /** Draws what a reading program passes over. */
  artifact(draw: () => void): void {
    this.file.markContent('Artifact', { type: 'Layout' })
    draw()
    this.file.endMarkedContent()
  }

  /** Draws the content of a tag; a tag may have content on several pages. */
  tagged(tag: Tag, type: string, draw: () => void): void {
    const content = this.file.markStructureContent(type)
    draw()
    this.file.endMarkedContent()
    tag.add(content as never)
  }

  /** A tag of a text that stands for itself. */
  textTag(type: string, draw: () => void): void {
    const tag = this.child(this.root, type)
    this.tagged(tag, type, draw)
    tag.end()
  }

  child(parent: Tag, type: string, options: { readonly scope?: string; readonly alt?: string } = {}): Tag {
    const tag = this.file.struct(type as never, options as never)
    parent.add(tag as never)
    return tag
  }

  /** Writes the foot of every page, once their number is known. */
  finish(): void {
    const { start, count } = this.file.bufferedPageRange()
    for (let index = 0; index < count; index += 1) {
      this.file.switchToPage(start + index)
      this.color = ''
      this.artifact(() => this.drawFooter(index + 1, count))
    }
    this.root.end()
  }

  private drawFooter(page: number, count: number): void {
    const style = STYLES.footer
    const label = this.content.pageLabel.replace(/\{(n|total)\}/g, (_, name: string) =>
      String(name === 'n' ? page : count),
    )
    const runs = runsOf(label, style.weight, this.missing)
    const y = this.file.page.height - FOOTER_BASELINE - style.lineHeight * BASELINE
    this.drawLine({ runs, style }, MARGIN, y, 'right', this.width)
    const width = this.width - lineWidth(runs, style.size) - BLOCK_GAP
    const [first, ...rest] = this.lines(printedLine(this.content.footer), style, width)
    // A name that is too long for the foot leaves its place to the number.
    const [short] = rest.length === 0 ? [first] : this.lines(printedLine(this.content.number), style, width)
    if (short) this.drawLine(short, MARGIN, y)
  }

  private drawWatermark(): void {
    const { watermark } = this.content
    if (watermark === null) return
    const { file } = this
    const runs = runsOf(watermark, 'strong', this.missing)
    const widest = this.width * Math.SQRT2 * 0.9
    const size = Math.min(WATERMARK_SIZE, widest / lineWidth(runs, 1))
    const style: TextStyle = { weight: 'strong', size, lineHeight: size, color: WATERMARK }
    const { width, height } = file.page
    this.artifact(() => {
      file.save()
      file.rotate(-45, { origin: [width / 2, height / 2] })
      const half = lineWidth(runs, size) / 2
      this.drawLine({ runs, style }, width / 2 - half, height / 2 - size * 0.4)
      file.restore()
      this.color = ''
    })
  }
}
