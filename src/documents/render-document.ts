import type { DocumentContent } from '../core/documents/content.ts'
import { documentContent } from '../core/documents/document-content.ts'
import type { FrozenDocument } from '../core/documents/frozen.ts'
import { missingGlyph, type RenderedDocument, type RenderOrder } from '../core/documents/rendering.ts'
import { eDocumentOf, isEDocument } from '../core/documents/xml/e-document.ts'
import { drawBlocks } from './draw-blocks.ts'
import { drawHead } from './draw-head.ts'
import { FACES } from './faces.ts'
import { PdfFile } from './pdf-file.ts'
import { Sheet } from './sheet.ts'

/** Above this many rows, only whole rows are tagged. */
const TAGGED_ROWS_MAX = 5000

/**
 * Renders a document as PDF/A-3b. The same model gives the same bytes: nothing is read but the model and the fonts, and
 * nothing is fetched.
 *
 * @param options `isCompressed: false` for files that are compared between releases of Node
 */
export async function renderDocument(
  { frozen, subject, logo }: RenderOrder,
  options = { isCompressed: true },
): Promise<RenderedDocument> {
  const problems: string[] = []
  const content = printable(frozen, problems)
  const file = new PdfFile(content, subject, options.isCompressed)
  const bytes = collected(file)
  const sheet = new Sheet(file, content)
  const { isLogoUnreadable } = drawHead(sheet, logo)
  if (isLogoUnreadable) problems.push('logo_unreadable')
  const rows = content.blocks.reduce(
    (sum, block) => sum + (block.kind === 'table' ? block.rows.length : 0),
    0,
  )
  const tagsCells = rows <= TAGGED_ROWS_MAX
  if (!tagsCells) problems.push('tags_reduced')
  drawBlocks(sheet, { tagsCells })
  sheet.finish()
  if (content.attachedLines) file.carryLines(content.attachedLines)
  const electronic = isEDocument(frozen) ? eDocumentOf(frozen) : null
  if (electronic && 'carried' in electronic) file.carry(electronic.carried)
  file.end()
  problems.push(...Array.from(sheet.missing, missingGlyph))
  return { bytes: await bytes, problems }
}

/** English where the font of the document's own language is not installed. */
function printable(frozen: FrozenDocument, problems: string[]): DocumentContent {
  if (frozen.locale !== 'zh-TW' || FACES.regular.face('han')) return documentContent(frozen)
  problems.push('locale_font_missing')
  return documentContent({ ...frozen, locale: 'en' })
}

function collected(file: PdfFile): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = []
    file.on('data', (chunk: Uint8Array) => chunks.push(chunk))
    file.on('error', reject)
    file.on('end', () => resolve(Buffer.concat(chunks)))
  })
}
