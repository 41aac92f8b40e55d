import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { renderDocument } from '../../src/documents/render-document.ts'
import { documentGallery, samplePng } from './document-gallery.ts'

const folder = path.resolve(process.argv[2] ?? 'dist/documents')
mkdirSync(folder, { recursive: true })
for (const [name, frozen] of Object.entries(documentGallery())) {
  const started = performance.now()
  const { bytes, problems } = await renderDocument({ frozen, subject: `${name} 1`, logo: samplePng(200, 60) })
  writeFileSync(path.join(folder, `${name}.pdf`), bytes)
  const ms = Math.round(performance.now() - started)
  console.log(`${name}.pdf ${Math.ceil(bytes.length / 1024)} kB ${ms} ms ${problems.join(', ')}`)
}
