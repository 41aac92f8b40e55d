import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { eDocumentOf } from '../src/core/documents/xml/e-document.ts'
import { eInvoiceGallery, frenchInvoice } from './support/e-invoice-samples.ts'
import { anyBill } from './support/random-e-invoices.ts'

const SCHEMA = path.join(import.meta.dirname, 'schemas/factur-x/Factur-X_1.07.3_EN16931.xsd')
const hasXmllint = spawnSync('xmllint', ['--version']).status === 0
if (!hasXmllint) {
  console.warn('No xmllint on this machine (Debian: libxml2-utils): the schema of Factur-X is not tried.')
}

const folder = mkdtempSync(path.join(tmpdir(), 'weir-factur-x-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** The file that a PDF carries. */
function carried(document: Parameters<typeof eDocumentOf>[0]): string {
  const files = eDocumentOf(document)
  if ('refusal' in files) throw new Error(JSON.stringify(files.refusal))
  return files.carried.xml
}

/** What xmllint says about files by their names; nothing when all keep the schema. */
function faultsOf(files: Readonly<Record<string, string>>): readonly string[] {
  const paths = Object.entries(files).map(([name, xml]) => {
    const file = path.join(folder, `${name}.xml`)
    writeFileSync(file, xml)
    return file
  })
  const { status, stderr } = spawnSync('xmllint', ['--noout', '--schema', SCHEMA, ...paths], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
  const faults = stderr.split('\n').filter((line) => line !== '' && !line.endsWith(' validates'))
  expect(status === 0).toBe(faults.length === 0)
  return faults
}

describe.skipIf(!hasXmllint)('the schema of Factur-X', () => {
  it('is kept by an e-invoice of every kind', () => {
    const gallery = Object.entries(eInvoiceGallery())
    expect(gallery.length).toBeGreaterThan(10)
    expect(faultsOf(Object.fromEntries(gallery.map(([name, each]) => [name, carried(each)])))).toEqual([])
  })

  it('is kept by any bill that the engine makes', () => {
    const bills = fc.sample(anyBill, 200)
    expect(faultsOf(Object.fromEntries(bills.map((bill, n) => [`bill-${n}`, carried(bill)])))).toEqual([])
  })

  it('is broken by a file without its currency', () => {
    const currency = '<ram:InvoiceCurrencyCode>EUR</ram:InvoiceCurrencyCode>'
    const good = carried(frenchInvoice())
    expect(good).toContain(currency)
    expect(faultsOf({ broken: good.replace(currency, '') }).join()).toContain('InvoiceCurrencyCode')
  })
})
