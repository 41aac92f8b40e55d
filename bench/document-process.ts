import { renderDocument } from '../src/documents/render-document.ts'
import { longInvoice, sampleInvoice } from '../test/support/document-samples.ts'
import type { RenderFigures } from './documents.ts'

// Renders invoices of a number of lines and writes their figures as JSON: document-process.ts LINES TIMES
const [lines = 12, times = 1] = process.argv.slice(2).map(Number)
const WARM_UPS = 20

const before = process.memoryUsage().rss
let peak = before
const watching = setInterval(() => {
  peak = Math.max(peak, process.memoryUsage().rss)
}, 5)
const frozen = longInvoice(lines)
// The fonts are read, and what is run often is compiled, before anything is measured.
for (let i = 0; i < WARM_UPS; i += 1)
  await renderDocument({ frozen: sampleInvoice(), subject: '1', logo: null })
const began = { at: performance.now(), cpu: process.cpuUsage() }
let bytes = 0
for (let i = 0; i < times; i += 1) {
  const file = await renderDocument({ frozen, subject: '1', logo: null })
  bytes = file.bytes.length
  peak = Math.max(peak, process.memoryUsage().rss)
}
const wallMs = (performance.now() - began.at) / times
const { user, system } = process.cpuUsage(began.cpu)
clearInterval(watching)
const figures: RenderFigures = {
  processorMs: (user + system) / 1000 / times,
  wallMs,
  bytes,
  memoryPeakBytes: peak - before,
}
console.log(JSON.stringify(figures))
