import type { Context } from '../actions/context.ts'
import { StartProblem } from '../boot/start-problem.ts'
import { allPermissions } from '../core/organizations/permissions.ts'
import { insertApiKey } from '../store/api-keys.ts'
import { listOrganizationNames } from '../store/first-organization.ts'
import { withContext } from './command-context.ts'

async function chooseOrganization(context: Context, wanted: string | undefined): Promise<string> {
  const all = await listOrganizationNames(context.database)
  const found = all.filter(
    (one) => wanted === undefined || one.id === wanted || one.name.toLowerCase() === wanted.toLowerCase(),
  )
  const [only] = found
  if (only !== undefined && found.length === 1) return only.id
  if (found.length === 0) {
    throw new StartProblem(
      wanted === undefined ? 'There is no organization yet.' : `Organization ${wanted} not found.`,
    )
  }
  const shown = found.slice(0, 20).map((one) => `\n  ${one.id}  ${one.name}`)
  throw new StartProblem(`Choose one with --organization <id>:${shown.join('')}`)
}

/** `weir api-key create`: creates a key with every permission and prints it once. */
export async function createKey(options: { organization?: string; name?: string }): Promise<void> {
  await withContext(async (context) => {
    const organizationId = await chooseOrganization(context, options.organization)
    const key = await insertApiKey(context.database, {
      organizationId,
      name: options.name ?? null,
      permissions: allPermissions(),
      expiresAt: null,
      now: context.systemNow(),
    })
    console.log(key.secret)
  })
}
