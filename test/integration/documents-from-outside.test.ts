import { execFile, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { renderDocument } from '../../src/documents/render-document.ts'
import { documentGallery, samplePng } from '../support/document-gallery.ts'
import { eInvoiceGallery, frenchReceipt } from '../support/e-invoice-samples.ts'

const PATIENCE_MS = 300_000
const has = (tool: string) => spawnSync(tool, ['--version']).error === undefined
const [hasQpdf, hasPoppler] = [has('qpdf'), has('pdffonts')]
if (!hasQpdf || !hasPoppler) {
  console.warn(
    'No qpdf or no pdffonts on this machine (Debian: qpdf, poppler-utils): some of PDFs is not tried.',
  )
}

const folder = mkdtempSync(path.join(tmpdir(), 'weir-documents-'))
const files: string[] = []

beforeAll(async () => {
  if (!hasQpdf && !hasPoppler) return
  const gallery = { ...documentGallery(), ...eInvoiceGallery(), 'e-receipt-fr': frenchReceipt() }
  for (const [name, frozen] of Object.entries(gallery)) {
    const { bytes } = await renderDocument({ frozen, subject: `${name} 1`, logo: samplePng(200, 60) })
    const file = path.join(folder, `${name}.pdf`)
    writeFileSync(file, bytes)
    files.push(file)
  }
}, PATIENCE_MS)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

type Said = { readonly name: string; readonly stdout: string; readonly stderr: string }

/** What a program says of each file; it has failed at none. */
const said = (tool: string, ...args: string[]): Promise<readonly Said[]> =>
  Promise.all(
    files.map(async (file) => ({
      name: path.basename(file),
      ...(await promisify(execFile)(tool, [...args, file])),
    })),
  )

describe('every document of the gallery, read by the programs of others', () => {
  it.runIf(hasQpdf)(
    'has no error of syntax or of streams',
    async () => {
      const all = await said('qpdf', '--check')
      expect(all.length).toBeGreaterThan(40)
      expect(all.filter(({ stdout }) => !stdout.includes('No syntax or stream encoding errors'))).toEqual([])
    },
    PATIENCE_MS,
  )

  it.runIf(hasPoppler)(
    'embeds a part of each font, with its characters',
    async () => {
      const fonts = (await said('pdffonts')).map(({ name, stdout }) => ({
        name,
        fonts: stdout.trim().split('\n').slice(2),
      }))
      // The columns: embedded, a part only, with Unicode.
      const isWhole = (font: string) => !/ yes yes yes /.test(font)
      expect(fonts.filter((each) => each.fonts.length === 0 || each.fonts.some(isWhole))).toEqual([])
    },
    PATIENCE_MS,
  )

  it.runIf(hasPoppler)(
    'is tagged, and has neither scripts nor a password',
    async () => {
      const isPlain = /Tagged:\s+yes[\s\S]*JavaScript:\s+no[\s\S]*Encrypted:\s+no[\s\S]*PDF version:\s+1\.7/
      const all = await said('pdfinfo')
      expect(all.filter(({ stdout, stderr }) => !isPlain.test(stdout) || stderr !== '')).toEqual([])
    },
    PATIENCE_MS,
  )
})
