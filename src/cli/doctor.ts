import type { Context } from '../actions/context.ts'
import { compareUsage } from '../actions/usage/compare-usage.ts'
import { type Breach, findBreaches, INVARIANTS } from '../store/invariants.ts'
import { withContext } from './command-context.ts'

const SHOWN_MAX = 10
/** The number of subscriptions and metrics per organization whose usage is compared. */
const COMPARED_MAX = 200

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
      return found
    },
    { migrates: false },
  )
  const broken = findings.filter((one) => one.count > 0 && one.weight === 'error')
  if (isJson) console.log(JSON.stringify(findings, null, 2))
  else console.log(broken.length === 0 ? 'All is well.' : `${broken.length} invariants are violated.`)
  if (broken.length > 0) process.exitCode = 1
}
