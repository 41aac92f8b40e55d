import type { Context } from '../actions/context.ts'
import { checkFiles } from '../actions/documents/check-files.ts'
import { compareUsage } from '../actions/usage/compare-usage.ts'
import { missingDocumentFonts } from '../boot/document-fonts.ts'
import { type Breach, findBreaches, INVARIANTS } from '../store/invariants.ts'
import { withContext } from './command-context.ts'

const SHOWN_MAX = 10
/** The number of subscriptions and metrics per organization whose usage is compared. */
const COMPARED_MAX = 200
/** The number of files of documents that are held against their hashes, the newest first. */
const FILES_MAX = 1000
/** More than this in the database makes its backups slow. */
const DATABASE_BYTES_MAX = 50e9

type Finding = {
  readonly code: string
  readonly says: string
  readonly weight: 'error' | 'notice'
  readonly count: number
  readonly breaches: readonly Breach[]
}

function tell(finding: Finding): void {
  const verdict = finding.count === 0 ? 'ok    ' : finding.weight === 'error' ? 'BROKEN' : 'look  '
  console.log(`${verdict}  ${finding.code}: ${finding.says}`)
  for (const { organizationId, subject, detail } of finding.breaches) {
    console.log(`        ${organizationId ?? '-'}  ${subject}  ${detail}`)
  }
  const rest = finding.count - finding.breaches.length
  if (rest > 0) console.log(`        and ${rest} more`)
}

/** Looks at the files of documents: whether they are what they were, where they are, and what they cannot print. */
async function checkDocuments(context: Context): Promise<readonly Finding[]> {
  const { compared, lost, databaseBytes } = await checkFiles(context, FILES_MAX)
  const { folder } = context.settings.documents
  const isLarge = folder === null && databaseBytes > DATABASE_BYTES_MAX
  const gigabytes = Math.round(databaseBytes / 1e9)
  const fonts = missingDocumentFonts()
  const files = lost.map(({ organizationId, fileName, reason }) => ({
    organizationId,
    subject: fileName,
    detail: reason,
  }))
  const large = { organizationId: null, subject: 'document_blobs', detail: `${gigabytes} GB` }
  const unprinted = fonts.map(({ script, of }) => ({ organizationId: null, subject: script, detail: of }))
  return [
    {
      code: 'document_files',
      says: `files of documents are there and undamaged (${compared} compared)`,
      weight: 'error',
      count: files.length,
      breaches: files.slice(0, SHOWN_MAX),
    },
    {
      code: 'document_store',
      says: 'the database holds less than 50 GB of files; more belong into a folder (WEIR_DOCUMENT_STORE)',
      weight: 'notice',
      count: isLarge ? 1 : 0,
      breaches: isLarge ? [large] : [],
    },
    {
      code: 'document_fonts',
      says: 'documents have fonts for all their scripts: Latin, Hebrew, Arabic and Traditional Chinese',
      weight: 'notice',
      count: fonts.length,
      breaches: unprinted,
    },
  ]
}

/** Compares the running usage of the busiest subscriptions with the log. */
async function checkUsage(context: Context, isJson: boolean): Promise<Finding> {
  const { compared, differences } = await compareUsage(context, COMPARED_MAX)
  const finding: Finding = {
    code: 'usage_state',
    says: `running usage equals the sum of the event log (${compared} compared)`,
    weight: 'error',
    count: differences.length,
    breaches: differences.slice(0, SHOWN_MAX).map((one) => ({
      organizationId: one.organizationId,
      subject: `${one.externalSubscriptionId} ${one.code}`,
      detail: `kept ${one.kept}, logged ${one.logged}`,
    })),
  }
  if (!isJson) tell(finding)
  return finding
}

/**
 * `weir doctor`: checks every invariant on the live data of all organizations without changing anything. Exit code 1
 * when one is violated; 0 if there are only notices.
 */
export async function doctor(isJson: boolean): Promise<void> {
  const findings = await withContext(
    async (context) => {
      const found: Finding[] = []
      for (const invariant of INVARIANTS) {
        const { code, says, weight } = invariant
        const finding = {
          code,
          says,
          weight,
          ...(await findBreaches(context.database, invariant, SHOWN_MAX)),
        }
        found.push(finding)
        if (!isJson) tell(finding)
      }
      found.push(await checkUsage(context, isJson))
      for (const finding of await checkDocuments(context)) {
        found.push(finding)
        if (!isJson) tell(finding)
      }
      return found
    },
    { migrates: false },
  )
  const broken = findings.filter((one) => one.count > 0 && one.weight === 'error')
  if (isJson) console.log(JSON.stringify(findings, null, 2))
  else console.log(broken.length === 0 ? 'All is well.' : `${broken.length} invariants are violated.`)
  if (broken.length > 0) process.exitCode = 1
}
