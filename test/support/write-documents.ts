import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { eDocumentOf, isEDocument } from '../../src/core/documents/xml/e-document.ts'
import { renderDocument } from '../../src/documents/render-document.ts'
import { documentGallery, samplePng } from './document-gallery.ts'
import { eInvoiceGallery, frenchReceipt } from './e-invoice-samples.ts'

const folder = path.resolve(process.argv[2] ?? 'dist/documents')
mkdirSync(folder, { recursive: true })
const gallery = { ...documentGallery(), ...eInvoiceGallery(), 'e-receipt-fr': frenchReceipt() }
for (const [name, frozen] of Object.entries(gallery)) {
  const started = performance.now()
  const { bytes, problems } = await renderDocument({ frozen, subject: `${name} 1`, logo: samplePng(200, 60) })
  writeFileSync(path.join(folder, `${name}.pdf`), bytes)
  const ms = Math.round(performance.now() - started)
  const files = isEDocument(frozen) ? eDocumentOf(frozen) : null
  if (files && 'xml' in files) {
    writeFileSync(path.join(folder, `${name}.ubl.xml`), files.xml)
    if (files.carried.isFacturX) writeFileSync(path.join(folder, `${name}.cii.xml`), files.carried.xml)
  }
  console.log(`${name}.pdf ${Math.ceil(bytes.length / 1024)} kB ${ms} ms ${problems.join(', ')}`)
}
