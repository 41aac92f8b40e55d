#!/usr/bin/env node
// WEIR_EN16931=FOLDER node scripts/check-e-invoices.mjs [--json] [FOLDER OF XML FILES]
//
// Holds e-invoices against the official rules: those that `npm run documents` writes into dist/documents, or the XML
// files of another folder. WEIR_EN16931 names a folder that holds, anywhere below it, what its publishers release:
//
//   EN16931-UBL-validation.xslt, EN16931-CII-validation.xslt
//     EN 16931: en16931-ubl-*.zip and en16931-cii-*.zip of
//     https://github.com/ConnectingEurope/eInvoicing-EN16931/releases
//   XRechnung-UBL-validation.xsl
//     Germany: xrechnung-*-schematron-*.zip of https://github.com/itplr-kosit/xrechnung-schematron/releases
//   *BR-FR*UBL*.xsl, *BR-FR*CII*.xsl; Factur-X_*_EN16931.xsd
//     France and the profile of Factur-X: the resources of https://fnfe-mpe.org
//   UBL-Invoice-2.1.xsd, UBL-CreditNote-2.1.xsd, UBL-ApplicationResponse-2.1.xsd, with the folder common beside them
//     https://docs.oasis-open.org/ubl/os-UBL-2.1/UBL-2.1.zip
//
// What is not there is not checked, and said so. Needs xmllint (Debian: libxml2-utils) for the schemas and Saxon-HE
// (libsaxonhe-java, or WEIR_SAXON_JAR) for the rules. Ends with 1 if a file breaks a schema or a rule.
import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { parseArgs, promisify } from 'node:util'

const run = promisify(execFile)
const SAXON = process.env.WEIR_SAXON_JAR ?? '/usr/share/java/Saxon-HE.jar'
const OUTPUT_MAX = 64 * 1024 * 1024

/** Root elements, the schemas and the rules that hold for them; rules of a country only where it is the seller's. */
const FORMS = [
  { root: 'Invoice', schema: /^UBL-Invoice-2\.1\.xsd$/, rules: [/^EN16931-UBL-validation\.xslt?$/] },
  { root: 'CreditNote', schema: /^UBL-CreditNote-2\.1\.xsd$/, rules: [/^EN16931-UBL-validation\.xslt?$/] },
  { root: 'ApplicationResponse', schema: /^UBL-ApplicationResponse-2\.1\.xsd$/, rules: [] },
  {
    root: 'rsm:CrossIndustryInvoice',
    schema: /^Factur-X_.*EN16931\.xsd$/,
    rules: [/^EN16931-CII-validation\.xslt?$/],
  },
]
const GERMAN = /^XRechnung-UBL-validation\.xslt?$/
const FRENCH = { ubl: /BR-FR.*UBL.*\.xslt?$/, cii: /BR-FR.*CII.*\.xslt?$/ }

function filesBelow(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
}

/** The schema and the rules of a file. */
function checksOf(text, rules) {
  const root = /<([\w:]+)\s[^>]*?\bxmlns/.exec(text)?.[1]
  const form = FORMS.find((each) => each.root === root)
  if (!form) return undefined
  const find = (name) => rules.find((file) => name.test(path.basename(file)))
  const isCii = root.startsWith('rsm:')
  const isGerman = text.includes('xrechnung')
  const isResponse = root === 'ApplicationResponse'
  const national = isResponse
    ? []
    : isGerman
      ? [GERMAN]
      : text.includes('0002')
        ? [isCii ? FRENCH.cii : FRENCH.ubl]
        : []
  const wanted = [...form.rules, ...national]
  return {
    schema: find(form.schema),
    rules: wanted.map(find).filter((file) => file !== undefined),
    missing: [form.schema, ...wanted].filter((name) => !find(name)).map(({ source }) => told(source)),
  }
}

/** The name of a file, from the pattern that finds it. */
function told(pattern) {
  return pattern.replace(/[\^$?\\]/g, '').replace(/\.\*/g, '*')
}

async function brokenSchema(file, schema) {
  try {
    await run('xmllint', ['--nonet', '--noout', '--schema', schema, file], { maxBuffer: OUTPUT_MAX })
    return []
  } catch (error) {
    const lines = String(error.stderr).split('\n')
    return lines.filter((line) => line.includes('error')).map((line) => `XSD ${line.replace(/^.*?: /, '')}`)
  }
}

async function brokenRules(file, stylesheet) {
  const args = ['-cp', SAXON, 'net.sf.saxon.Transform', `-s:${file}`, `-xsl:${stylesheet}`]
  const { stdout } = await run('java', args, { maxBuffer: OUTPUT_MAX })
  return [...stdout.matchAll(/<svrl:failed-assert([^>]*)>([\s\S]*?)<\/svrl:failed-assert>/g)]
    .filter(([, attributes]) => !/flag="(warning|information)"/.test(attributes))
    .map(([, attributes, body]) => {
      const id = /\bid="([^"]*)"/.exec(attributes)?.[1] ?? 'a rule'
      const told = /<svrl:text[^>]*>([\s\S]*?)<\/svrl:text>/.exec(body)?.[1] ?? ''
      return `${id} ${told.replace(/\s+/g, ' ').trim()}`
    })
}

/** What each file of a folder breaks, and what could not be checked. */
async function check(folder, rulesFolder) {
  const rules = filesBelow(rulesFolder)
  const broken = {}
  const counts = {}
  const unchecked = new Set()
  for (const file of filesBelow(folder)
    .filter((name) => name.endsWith('.xml'))
    .sort()) {
    const checks = checksOf(readFileSync(file, 'utf8'), rules)
    if (!checks) continue
    for (const name of checks.missing) unchecked.add(name)
    counts[path.basename(file)] = checks.rules.length + (checks.schema ? 1 : 0)
    broken[path.basename(file)] = [
      ...(checks.schema ? await brokenSchema(file, checks.schema) : []),
      ...(await Promise.all(checks.rules.map((each) => brokenRules(file, each)))).flat(),
    ]
  }
  return { broken, counts, unchecked: [...unchecked] }
}

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean' } },
})
const rulesFolder = process.env.WEIR_EN16931
const folder = path.resolve(positionals[0] ?? 'dist/documents')
if (!rulesFolder) {
  console.log('e-invoices: skipped, WEIR_EN16931 names no folder with the official rules')
} else if (!existsSync(folder)) {
  console.error(`there are no files in ${folder}; run npm run documents first`)
  process.exitCode = 1
} else {
  const result = await check(folder, rulesFolder)
  if (options.json) console.log(JSON.stringify(result))
  else {
    for (const [file, list] of Object.entries(result.broken)) {
      const state = list.length > 0 ? 'BROKEN' : result.counts[file] === 0 ? '-     ' : 'ok    '
      console.log(`${state} ${file}, ${result.counts[file]} checks`)
      for (const each of list) console.log(`       ${each}`)
    }
    for (const name of result.unchecked) console.log(`not checked: there is no ${name} in ${rulesFolder}`)
  }
  if (Object.values(result.broken).some((list) => list.length > 0)) process.exitCode = 1
}
