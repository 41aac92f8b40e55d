import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eDocumentOf } from '../src/core/documents/xml/e-document.ts'
import { eInvoiceGallery, frenchInvoice, frenchReceipt, germanInvoice } from './support/e-invoice-samples.ts'
import { anyBill } from './support/random-e-invoices.ts'

// The official schemas and rules are not part of the project: their publishers' licences and releases are their own.
const RULES = process.env.WEIR_EN16931
const PATIENCE_MS = 600_000
const run = promisify(execFile)

type Result = {
  readonly broken: Readonly<Record<string, readonly string[]>>
  readonly warnings: Readonly<Record<string, readonly string[]>>
  readonly unchecked: readonly string[]
}

let folder: string

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'weir-e-invoices-'))
})

afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

/** Runs the script over files by their names, with the rules of a folder. */
async function check(
  name: string,
  files: Readonly<Record<string, string>>,
  rules: string | undefined = RULES,
): Promise<Result> {
  const own = path.join(folder, name)
  mkdirSync(own)
  for (const [file, xml] of Object.entries(files)) writeFileSync(path.join(own, file), xml)
  const script = path.join(import.meta.dirname, '../scripts/check-e-invoices.mjs')
  const env = { ...process.env, WEIR_EN16931: rules }
  const { stdout } = await run(process.execPath, [script, '--json', own], { env }).catch((error) => {
    if (typeof error.stdout === 'string' && error.stdout.startsWith('{')) return error
    throw error
  })
  return JSON.parse(stdout)
}

function filesOf(document: Parameters<typeof eDocumentOf>[0]) {
  const files = eDocumentOf(document)
  if ('refusal' in files) throw new Error(JSON.stringify(files.refusal))
  return { ubl: files.xml, cii: files.carried.xml }
}

/** What breaks a rule or a schema in a file of a good invoice: the file, the change, and what is broken. */
const BROKEN = [
  ['ubl', '>121.22</cbc:TaxExclusiveAmount>', '>121.23</cbc:TaxExclusiveAmount>', /BR-CO-13/],
  ['ubl', '<cbc:ID>S</cbc:ID>', '<cbc:ID>Z</cbc:ID>', /BR-Z-|BR-S-/],
  ['cii', '<ram:LineTotalAmount>134.69', '<ram:LineTotalAmount>134.70', /BR-CO-10/],
  ['cii', '<ram:InvoiceCurrencyCode>EUR</ram:InvoiceCurrencyCode>', '', /BR-05|XSD/],
] as const

describe.skipIf(RULES === undefined)('the official rules (WEIR_EN16931)', () => {
  it(
    'are kept by an e-invoice of every kind',
    async () => {
      const files: Record<string, string> = {}
      for (const [name, document] of Object.entries(eInvoiceGallery())) {
        const { ubl, cii } = filesOf(document)
        files[`${name}.ubl.xml`] = ubl
        files[`${name}.cii.xml`] = cii
      }
      files['receipt.xml'] = filesOf(frenchReceipt()).ubl
      files['german.ubl.xml'] = filesOf(germanInvoice()).ubl
      const { broken } = await check('kept', files)
      expect(Object.keys(broken).sort()).toEqual(Object.keys(files).sort())
      expect(Object.entries(broken).filter(([, list]) => list.length > 0)).toEqual([])
    },
    PATIENCE_MS,
  )

  it(
    'are kept by any bill that the engine makes',
    async () => {
      const bills = fc.sample(anyBill, 100)
      const files = Object.fromEntries(
        bills.flatMap((bill, k) =>
          Object.entries(filesOf(bill)).map(([form, xml]) => [`${k}.${form}.xml`, xml] as const),
        ),
      )
      const { broken } = await check('any', files)
      expect(Object.keys(broken)).toHaveLength(2 * bills.length)
      for (const [file, list] of Object.entries(broken)) {
        expect([list, files[file]]).toEqual([[], files[file]])
      }
    },
    PATIENCE_MS,
  )

  it(
    'are broken by what breaks them',
    async () => {
      const good = filesOf(frenchInvoice())
      const files = Object.fromEntries(
        BROKEN.map(([form, from, to], k) => {
          expect(good[form]).toContain(from)
          return [`${k}.${form}.xml`, good[form].replace(from, to)]
        }),
      )
      const { broken, unchecked } = await check('broken', files)
      for (const [k, [form, , , rule]] of BROKEN.entries()) {
        const isChecked = !unchecked.some((name) =>
          name.toUpperCase().includes(`${form.toUpperCase()}-VALIDATION`),
        )
        if (isChecked)
          expect([k, broken[`${k}.${form}.xml`]?.join('\n')]).toEqual([k, expect.stringMatching(rule)])
      }
    },
    PATIENCE_MS,
  )
})

/** A stylesheet as the publishers' are made from Schematron: it reports what fails. */
const stylesheet = (asserts: string) => `<xsl:stylesheet version="2.0"
  xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:svrl="http://purl.oclc.org/dsdl/svrl"
  xmlns:xs="http://www.w3.org/2001/XMLSchema"
  xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
  xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
  <xsl:template match="/"><svrl:schematron-output>${asserts}</svrl:schematron-output></xsl:template>
</xsl:stylesheet>`
const assert = (id: string, test: string, flag = 'fatal') => `<xsl:if test="not(${test})">
  <svrl:failed-assert id="${id}" flag="${flag}"><svrl:text>[${id}] does not hold.</svrl:text></svrl:failed-assert>
</xsl:if>`
/** A schema that only knows the root. */
const schema = (root: string) => `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"
  targetNamespace="urn:oasis:names:specification:ubl:schema:xsd:${root}-2" elementFormDefault="qualified">
  <xs:element name="${root}"><xs:complexType><xs:sequence>
    <xs:any minOccurs="0" maxOccurs="unbounded" processContents="lax"/>
  </xs:sequence></xs:complexType></xs:element>
</xs:schema>`

const SUM_OF_LINES =
  'sum(//cac:InvoiceLine/xs:decimal(cbc:LineExtensionAmount)) = ' +
  'xs:decimal(//cac:LegalMonetaryTotal/cbc:LineExtensionAmount)'
/** Rules of our own, under the names of the publishers' files. */
const OWN_RULES = {
  'en/EN16931-UBL-validation.xslt': stylesheet(
    assert('BR-CO-10', SUM_OF_LINES) + assert('BR-ODD', 'false()', 'warning'),
  ),
  'de/XRechnung-UBL-validation.xsl': stylesheet(assert('BR-DE-6', "normalize-space(//cbc:Telephone) != ''")),
  'UBL-Invoice-2.1.xsd': schema('Invoice'),
} as const

const hasTools = ['/usr/share/java/Saxon-HE.jar', '/usr/bin/java', '/usr/bin/xmllint'].every((file) =>
  existsSync(file),
)

describe.skipIf(!hasTools)(
  'the script that holds e-invoices against rules (with Saxon-HE and xmllint)',
  () => {
    it(
      'names what breaks a rule or a schema, leaves warnings out, and says what it could not check',
      async () => {
        const rules = path.join(folder, 'own-rules')
        for (const [name, text] of Object.entries(OWN_RULES)) {
          mkdirSync(path.dirname(path.join(rules, name)), { recursive: true })
          writeFileSync(path.join(rules, name), text)
        }
        const french = filesOf(frenchInvoice())
        const german = filesOf(germanInvoice()).ubl
        const { broken, warnings, unchecked } = await check(
          'own',
          {
            'good.xml': french.ubl,
            'german.xml': german,
            'sum.xml': french.ubl.replace(
              /(<cac:LegalMonetaryTotal>\s*<cbc:LineExtensionAmount[^>]*>)134.69/,
              '$1134.70',
            ),
            'silent.xml': german.replace(/<cbc:Telephone>[^<]*/g, '<cbc:Telephone>'),
            'root.xml': french.ubl.replace(/<Invoice /, '<Invoice odd="" '),
            'cii.xml': french.cii,
            'other.xml': '<other/>',
          },
          rules,
        )
        expect(broken).toEqual({
          'cii.xml': [],
          'german.xml': [],
          'good.xml': [],
          'root.xml': [expect.stringMatching(/^XSD .*odd/)],
          'silent.xml': ['BR-DE-6 [BR-DE-6] does not hold.'],
          'sum.xml': ['BR-CO-10 [BR-CO-10] does not hold.'],
        })
        expect(warnings['good.xml']).toEqual(['BR-ODD [BR-ODD] does not hold.'])
        expect([...unchecked].sort()).toEqual([
          'BR-FR*CII*.xslt',
          'BR-FR*UBL*.xslt',
          'EN16931-CII-validation.xslt',
          'Factur-X_*EN16931.xsd',
        ])
      },
      PATIENCE_MS,
    )
  },
)

describe.runIf(!hasTools)('the script that holds e-invoices against rules', () => {
  it.skip('was not run: it needs java, Saxon-HE and xmllint', () => {})
})

describe.runIf(RULES === undefined)('the official rules', () => {
  it.skip('were not checked: WEIR_EN16931 names no folder with them (scripts/check-e-invoices.mjs)', () => {})
})
