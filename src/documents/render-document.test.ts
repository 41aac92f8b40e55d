import net from 'node:net'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { documentGallery, samplePng } from '../../test/support/document-gallery.ts'
import { invoiceOf, longInvoice, planFee, sampleInvoice } from '../../test/support/document-samples.ts'
import { eInvoiceGallery, frenchInvoice, frenchReceipt } from '../../test/support/e-invoice-samples.ts'
import { parseXml } from '../../test/support/parse-xml.ts'
import type { FrozenDocument } from '../core/documents/frozen.ts'
import { eDocumentOf } from '../core/documents/xml/e-document.ts'
import { FACES } from './faces.ts'
import { drawableLogo } from './logo.ts'
import { renderDocument } from './render-document.ts'

// Machines may have much else to do.
vi.setConfig({ testTimeout: 180_000 })

const BOX = { width: 140, height: 40 }

async function rendered(frozen: FrozenDocument, logo: Uint8Array | null = null) {
  const { bytes, problems } = await renderDocument({ frozen, subject: 'id 1', logo }, { isCompressed: false })
  const text = Buffer.from(bytes).toString('latin1')
  return { bytes: Buffer.from(bytes), problems, text, pages: text.match(/\/Type \/Page\b/g)?.length ?? 0 }
}

afterEach(() => {
  vi.restoreAllMocks()
})

describe('a rendered document', () => {
  it('is PDF/A-3b: tagged, titled, with its fonts and a colour profile, and without anything that acts', async () => {
    for (const [name, frozen] of Object.entries(documentGallery())) {
      if (name.includes('lines')) continue
      const { text } = await rendered(frozen, samplePng(200, 60))
      const wanted = [
        '%PDF-1.7',
        '/MarkInfo',
        '/StructTreeRoot',
        '/OutputIntents',
        '/DisplayDocTitle true',
        '/ID [',
      ]
      expect([name, wanted.filter((each) => !text.includes(each))]).toEqual([name, []])
      expect(text).toContain('<pdfaid:part>3</pdfaid:part>')
      const acts = [
        '/JavaScript',
        '/Launch',
        '/URI',
        '/OpenAction',
        '/AA',
        '/AcroForm',
        '/Encrypt',
        '/SMask',
        '/ca ',
      ]
      expect([name, acts.filter((each) => text.includes(each))]).toEqual([name, []])
      const descriptors = text.match(/\/Type \/FontDescriptor/g)?.length ?? 0
      expect(text.match(/\/FontFile[23] /g)?.length).toBe(descriptors)
      expect(text.match(/\/ToUnicode /g)?.length).toBe(descriptors)
    }
  })

  it('document case 21: has the same bytes for the same model, and others for another date', async () => {
    const [first, again] = [await rendered(sampleInvoice()), await rendered(sampleInvoice())]
    // Whatever was rendered in between leaves no trace.
    await rendered(documentGallery().scripts ?? sampleInvoice())
    const later = await rendered(sampleInvoice())
    expect([first.bytes.equals(again.bytes), first.bytes.equals(later.bytes)]).toEqual([true, true])
    const other = await rendered(sampleInvoice({ issuedOn: '2026-02-02' }))
    expect(first.bytes.equals(other.bytes)).toBe(false)
  })

  it('writes markup in names as it is into its metadata, which stay well-formed', async () => {
    const { seller } = sampleInvoice()
    const { text } = await rendered(sampleInvoice({ seller: { ...seller, legalName: 'A & <b> ]]>' } }))
    expect(text).toContain('<rdf:li>A &amp; &lt;b&gt; ]]&gt;</rdf:li>')
  })

  it('dials nothing, whatever its texts look like', async () => {
    const connect = vi.spyOn(net.Socket.prototype, 'connect')
    const { seller, buyer } = sampleInvoice()
    const address = { ...buyer.address, line1: 'https://example.com/a.png', line2: '<img src=//example.com>' }
    await rendered(sampleInvoice({ buyer: { ...buyer, address }, seller: { ...seller, logo: 'x' } }))
    expect(connect).not.toHaveBeenCalled()
  })

  it('document case 16: names what no font has, and prints a sign in its place', async () => {
    const { buyer } = sampleInvoice()
    const { problems } = await rendered(sampleInvoice({ buyer: { ...buyer, legalName: 'Ada 😀' } }))
    expect(problems).toEqual(['missing_glyph U+1F600'])
  })

  it('document case 17: is in English where the font of its language is not installed, and says so', async () => {
    const latin = FACES.regular.face('latin')
    vi.spyOn(FACES.regular, 'face').mockImplementation((script) => (script === 'latin' ? latin : null))
    const { problems, text } = await rendered(sampleInvoice({ locale: 'zh-TW' }))
    expect(problems).toEqual(['locale_font_missing'])
    expect(text).toContain('/Lang (en)')
  })

  it('document case 42: carries a long table over its pages, and stays small', async () => {
    const { pages, problems } = await rendered(longInvoice(1000))
    const { bytes } = await renderDocument({ frozen: longInvoice(1000), subject: 'id 1', logo: null })
    expect([pages >= 20 && pages <= 24, problems, bytes.length < 1_000_000]).toEqual([true, [], true])
    const reduced = await rendered(longInvoice(5001))
    expect(reduced.problems).toEqual(['tags_reduced'])
  })

  it('carries more lines than can be printed as a file, and prints the rest on one page', async () => {
    const { text, pages, problems } = await rendered(longInvoice(50_001))
    expect([pages, problems]).toEqual([1, []])
    const wanted = [
      '/AFRelationship /Supplement',
      '/F (lines.csv)',
      '/Subtype /text#2Fcsv',
      '/ModDate (D:20260201',
    ]
    expect(wanted.filter((each) => !text.includes(each))).toEqual([])
    const rows = carriedIn(text).toString('utf8').split('\r\n')
    expect([rows.length, rows[1]?.startsWith('line,Pro,2026-01-01,2026-01-31,')]).toEqual([50_003, true])
  })

  it('never leaves the totals alone on a page', async () => {
    for (let lines = 15; lines < 30; lines += 1) {
      const { text } = await rendered(longInvoice(lines, { sections: [] }))
      const streams = [...text.matchAll(/stream\r?\n([\s\S]*?)endstream/g)].map(([, body = '']) => body)
      const drawn = streams.filter((body) => body.includes(' BDC') && body.includes(' Tf'))
      const cells = drawn.map((body) => body.match(/\/TD /g)?.length ?? 0)
      // The last page has the last line with its five cells, beside the cells of the totals.
      const totals = drawn.findIndex(
        (body) => body.match(/\/TH /g)?.length === 4 || (body.match(/\/TH /g)?.length ?? 0) === 9,
      )
      expect([lines, totals >= 0 && (cells[totals] ?? 0) >= 5 + 4]).toEqual([lines, true])
    }
  })

  it('splits a row that is taller than a page', async () => {
    const description = 'A long story.\n'.repeat(200)
    const fee = planFee({ type: 'add_on', subscriptionId: null, name: 'Story', description })
    const { pages } = await rendered(invoiceOf([fee], { subscriptions: [], invoiceType: 'one_off' }))
    expect(pages).toBeGreaterThan(2)
  })
})

/** The bytes of the file that a PDF carries. */
function carriedIn(text: string): Buffer {
  const [, body = ''] = /\/Type \/EmbeddedFile[\s\S]*?stream\n([\s\S]*?)\nendstream/.exec(text) ?? []
  return Buffer.from(body, 'latin1')
}

describe('an e-invoice', () => {
  it('is carried inside of the PDF as Factur-X, and told in its metadata', async () => {
    for (const [name, document] of Object.entries(eInvoiceGallery())) {
      const files = eDocumentOf(document)
      const { text, problems } = await rendered(document)
      expect([name, problems, 'carried' in files]).toEqual([name, [], true])
      if ('refusal' in files) continue
      expect(carriedIn(text).toString('utf8')).toBe(files.carried.xml)
      const wanted = [
        '/AFRelationship /Alternative',
        '/F (factur-x.xml)',
        '/UF (factur-x.xml)',
        '/Subtype /text#2Fxml',
        '/CheckSum (',
        '/ModDate (D:20260201',
        '<fx:ConformanceLevel>EN 16931</fx:ConformanceLevel>',
        '<fx:DocumentFileName>factur-x.xml</fx:DocumentFileName>',
        '<pdfaSchema:prefix>fx</pdfaSchema:prefix>',
        '<pdfaid:part>3</pdfaid:part>',
      ]
      expect([name, wanted.filter((each) => !text.includes(each))]).toEqual([name, []])
      expect(text).toMatch(/\/AF \[\d+ 0 R\]/)
      expect(text).toMatch(/\/EmbeddedFiles/)
      const [, xmp = ''] = /<x:xmpmeta([\s\S]*?)<\/x:xmpmeta>/.exec(text) ?? []
      expect(parseXml(`<x:xmpmeta${xmp}</x:xmpmeta>`).children).toHaveLength(1)
    }
  })

  it('has the same bytes for the same model', async () => {
    const [first, again] = [await rendered(frenchInvoice()), await rendered(frenchInvoice())]
    expect(first.bytes.equals(again.bytes)).toBe(true)
  })

  it('of a receipt is data about it, and no Factur-X', async () => {
    const { text } = await rendered(frenchReceipt())
    expect(text).toContain('/AFRelationship /Data')
    expect(text).toContain('/F (receipt.xml)')
    expect(text).not.toContain('fx:DocumentType')
  })

  it('is not in the PDF when it was refused, is a draft or is not wanted', async () => {
    const { seller } = frenchInvoice()
    for (const document of [
      frenchInvoice({ seller: { ...seller, taxNumber: null } }),
      frenchInvoice({ mark: 'draft' }),
      frenchInvoice({ seller: { ...seller, einvoicing: false } }),
    ]) {
      expect((await rendered(document)).text).not.toContain('EmbeddedFile')
    }
  })
})

describe('a logo', () => {
  it('fits its box, and is never enlarged', () => {
    expect(drawableLogo(samplePng(280, 40), BOX)).toMatchObject({ width: 140, height: 20 })
    expect(drawableLogo(samplePng(20, 10), BOX)).toMatchObject({ width: 20, height: 10 })
  })

  it('is left out when it is broken, too large or no picture, and the document is made', async () => {
    const whole = samplePng(40, 40)
    const broken = Buffer.from(whole)
    broken.fill(0xff, 45, 60)
    const huge = Buffer.from(whole)
    huge.writeUInt32BE(100_000, 16)
    for (const bytes of [broken, huge, Buffer.from('<svg onload="x()"/>'), Buffer.alloc(0)]) {
      expect(drawableLogo(bytes, BOX)).toBeUndefined()
    }
    const { seller } = sampleInvoice()
    const { problems, text } = await rendered(sampleInvoice({ seller: { ...seller, logo: 'x' } }), broken)
    expect([problems, text.includes('/Subtype /Image')]).toEqual([['logo_unreadable'], false])
  })
})
