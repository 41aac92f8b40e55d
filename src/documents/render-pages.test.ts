import { describe, expect, it, vi } from 'vitest'
import { documentGallery } from '../../test/support/document-gallery.ts'
import { longInvoice, planFee, sampleFee, sampleInvoice } from '../../test/support/document-samples.ts'
import { parseXml } from '../../test/support/parse-xml.ts'
import { type PlacedText, pdfLines, pdfPages } from '../../test/support/pdf-text.ts'
import type { FrozenDocument } from '../core/documents/frozen.ts'
import { renderDocument } from './render-document.ts'

// Machines may have much else to do.
vi.setConfig({ testTimeout: 180_000 })

const MARGIN = 40
/** Larger texts are marks behind the page. */
const TEXT_SIZE_MAX = 50

async function pagesOf(frozen: FrozenDocument): Promise<PlacedText[][]> {
  const { bytes } = await renderDocument({ frozen, subject: 'id 1', logo: null }, { isCompressed: false })
  return pdfPages(bytes).map((page) => page.filter(({ size }) => size < TEXT_SIZE_MAX))
}

/** Pairs of texts of a page that touch each other, and texts that leave its margins. */
function clashes(page: readonly PlacedText[], pageWidth: number): string[] {
  const found: string[] = []
  for (const [k, one] of page.entries()) {
    if (one.x < MARGIN - 0.1 || one.x + one.width > pageWidth - MARGIN + 0.1) found.push(`${one.text} leaves`)
    for (const other of page.slice(k + 1)) {
      const isBeside = one.x + one.width <= other.x + 0.1 || other.x + other.width <= one.x + 0.1
      const isBelow = Math.abs(one.y - other.y) >= Math.min(one.size, other.size)
      if (!isBeside && !isBelow) found.push(`${one.text} touches ${other.text}`)
    }
  }
  return found
}

describe('the pages of a document', () => {
  it('document case 15: have texts that do not touch each other, whatever is long', async () => {
    for (const [name, frozen] of Object.entries(documentGallery())) {
      if (name.startsWith('1000')) continue
      const width = name === 'letter' ? 612 : 595.28
      const found = (await pagesOf(frozen)).flatMap((page) => clashes(page, width))
      expect([name, found]).toEqual([name, []])
    }
    const name = 'Pro'.repeat(100)
    const long = sampleInvoice({
      subscriptions: [{ id: 'sub', name, planName: name, interval: 'monthly' }],
    })
    const [page = []] = await pagesOf(long)
    const inColumn = page.filter(({ text }) => text.includes('ProPro'))
    expect(inColumn.length).toBeGreaterThan(3)
    expect(Math.max(...inColumn.map((each) => each.x + each.width))).toBeLessThanOrEqual(MARGIN + 247.3)
  })

  it('document case 14: break between rows, repeat the head, and keep the totals with the last row', async () => {
    let broken = 0
    for (let count = 4; count < 16; count += 1) {
      const long = longInvoice(count)
      // Three lines in each row, so that a row may end anywhere on the page.
      const fees = long.fees.map((fee) => ({ ...fee, name: `${fee.name} ${'in the region '.repeat(7)}` }))
      const pages = await pagesOf({ ...long, fees })
      const lines = pages.map(pdfLines)
      const total = lines.length
      for (const [k, own] of lines.entries()) {
        expect(own.at(-1)).toBe(`Acme SAS · ACM-1234-001-002 | Page ${k + 1} of ${total}`)
        // A page may also begin with the notes below the totals.
        if (k === 0 || !own.some((line) => line.startsWith('Usage of resource'))) continue
        broken += 1
        expect(own[0]).toBe('Jan 1, 2026 – Jan 31, 2026 (continued) | Units | Unit price | Tax | Amount')
        // The first line of a row has its amount, so a page that begins with one has not split it.
        expect(own[1]).toMatch(/^Carried forward \| €/)
        expect(own[2]).toMatch(/^Usage of resource .* \| €/)
      }
      const page = lines.find((own) => own.some((line) => line.startsWith('Subtotal excl. tax'))) ?? []
      const last = `Usage of resource ${String(count).padStart(5, '0')}`
      expect([count, page.some((line) => line.startsWith(last))]).toEqual([count, true])
    }
    expect(broken).toBeGreaterThan(4)
  })

  it('document case 16: set every script, Hebrew from the right, and markup as it was typed', async () => {
    const { buyer } = sampleInvoice()
    const legalName = 'Zażółć שלום עולם 發票 <b>&amp;'
    const [page = []] = await pagesOf(sampleInvoice({ buyer: { ...buyer, legalName } }))
    const hebrew = [...'שלום עולם'].reverse().join('')
    const line = pdfLines(page).find((each) => each.includes('Zażółć'))
    expect(line).toBe(`Acme SAS | Zażółć | ${hebrew} | 發票 | <b>&amp;`)
    const readBack = new Set((line ?? '').replaceAll(' | ', ''))
    expect([...legalName].filter((character) => character !== ' ' && !readBack.has(character))).toEqual([])
  })

  it('document case 41: have metadata that are well-formed, whatever the seller is called', async () => {
    const { seller } = sampleInvoice()
    const frozen = sampleInvoice({ seller: { ...seller, legalName: 'Müller & Söhne' } })
    const { bytes } = await renderDocument({ frozen, subject: 'id 1', logo: null }, { isCompressed: false })
    const file = Buffer.from(bytes).toString('utf8')
    const [, xmp = ''] = /<x:xmpmeta([\s\S]*?)<\/x:xmpmeta>/.exec(file) ?? []
    expect(parseXml(`<x:xmpmeta${xmp}</x:xmpmeta>`).children).toHaveLength(1)
    expect(xmp).toContain('<rdf:li>Müller &amp; Söhne</rdf:li>')
    expect(xmp).toContain('<pdfaid:part>3</pdfaid:part>')
  })

  it('keep a fee of few parts together, from its title to its subtotal', async () => {
    for (let count = 10; count < 24; count += 1) {
      const parts = {
        free_units: '10.0',
        paid_units: '15.0',
        per_package_size: 10,
        per_package_unit_amount: '5.0',
      }
      const last = sampleFee({
        id: 'z',
        name: 'Zone',
        model: 'package',
        units: '25',
        amountCents: '1000',
        details: parts,
      })
      const pages = await pagesOf({
        ...longInvoice(count),
        fees: [planFee(), ...longInvoice(count).fees, last],
      })
      const lines = pages.map(pdfLines)
      const pageOf = (start: string) => lines.findIndex((own) => own.some((line) => line.startsWith(start)))
      expect([count, pageOf('Zone')]).toEqual([count, pageOf('First 10 free')])
      expect([count, pageOf('Zone')]).toEqual([count, pageOf('Packages of 10')])
      expect([count, pageOf('Packages of 10')]).toEqual([count, pageOf('Subtotal |')])
    }
  })

  it('begin a short section on the same page when all of it fits', async () => {
    const { usage } = documentGallery()
    const [first, ...others] = (await pagesOf(usage ?? sampleInvoice())).map(pdfLines)
    expect(others).toEqual([])
    const start = first?.indexOf('Usage by team') ?? -1
    expect(first?.slice(start, start + 4)).toEqual([
      'Usage by team',
      'API calls | 1,234.5',
      'platform | 1,200',
      '– | 34.5',
    ])
  })
})
