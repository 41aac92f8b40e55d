import PDFDocument from 'pdfkit'
import type { DocumentContent } from '../core/documents/content.ts'
import type { CarriedFile } from '../core/documents/xml/e-document.ts'
import type { Face } from './faces.ts'
import { facturXMetadata } from './factur-x.ts'

const CREATOR = 'Weir'

/** What of pdfkit is used beyond its types. */
type Inside = {
  _font: { layoutCache?: Record<string, unknown> }
  _addInfo: () => void
  appendXML: (xml: string) => void
  info: Record<string, unknown>
}

/** A PDF/A-3b file with tags. Nothing in it depends on the clock or on chance. */
export class PdfFile extends PDFDocument {
  private readonly ready = new Set<string>()

  /** @param isCompressed false only where files are compared between releases of Node, whose zlib differ */
  constructor(content: DocumentContent, subject: string, isCompressed = true) {
    const datedAt = new Date(content.datedAt)
    super({
      autoFirstPage: false,
      bufferPages: true,
      size: content.paper,
      margin: 0,
      compress: isCompressed,
      pdfVersion: '1.7',
      subset: 'PDF/A-3b',
      tagged: true,
      lang: content.locale,
      displayTitle: true,
      // No font is opened before one is asked for; pdfkit's own would not be embedded.
      font: null as unknown as string,
      info: {
        Title: [content.title, content.number].filter((each) => each !== '').join(' '),
        ...(content.author === '' ? {} : { Author: content.author }),
        ...(subject === '' ? {} : { Subject: subject }),
        Creator: CREATOR,
        Producer: CREATOR,
        CreationDate: datedAt,
      },
    })
    this.escapeMetadata()
  }

  /** Chooses a face; pdfkit draws what was shaped with it for measuring, also for earlier documents. */
  useFace(face: Face, size: number): void {
    if (!this.ready.has(face.name)) {
      this.registerFont(face.name, face.font as unknown as string)
      this.ready.add(face.name)
    }
    this.font(face.name, size)
    this.inside._font.layoutCache = face.shaped
  }

  /** Carries an e-invoice inside of this file, as PDF/A-3 allows. */
  carry({ name, xml, relationship, isFacturX }: CarriedFile): void {
    this.attach(name, xml, 'text/xml', relationship)
    if (isFacturX) this.inside.appendXML(facturXMetadata())
  }

  /** Carries the lines that are too many to be printed. */
  carryLines({ name, csv }: NonNullable<DocumentContent['attachedLines']>): void {
    this.attach(name, csv, 'text/csv', 'Supplement')
  }

  /** The date of a file is that of the document. */
  private attach(name: string, text: string, type: string, relationship: string): void {
    const datedAt = this.info.CreationDate
    this.file(Buffer.from(text, 'utf8'), {
      name,
      type,
      description: name,
      relationship,
      creationDate: datedAt,
      modifiedDate: datedAt,
    } as Parameters<typeof this.file>[1])
  }

  private get inside(): Inside {
    return this as unknown as Inside
  }

  /** pdfkit writes the title and the author into the XML of the file as they are. */
  private escapeMetadata(): void {
    const inside = this.inside
    const write = inside._addInfo.bind(this)
    inside._addInfo = () => {
      const own = inside.info
      inside.info = Object.fromEntries(
        Object.entries(own).map(([key, value]) => [key, typeof value === 'string' ? escaped(value) : value]),
      )
      write()
      inside.info = own
    }
  }
}

function escaped(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')
}
