import { createApiKey } from '../actions/api-keys/create-api-key.ts'
import { revokeApiKey } from '../actions/api-keys/revoke-api-key.ts'
import { rotateApiKey } from '../actions/api-keys/rotate-api-key.ts'
import type { Context } from '../actions/context.ts'
import { OPERATOR } from '../actions/security-logs/log-security.ts'
import { StartProblem } from '../boot/start-problem.ts'
import { addMs, HOUR_MS } from '../core/calendar/instant.ts'
import { isoText } from '../core/calendar/iso-text.ts'
import { allPermissions } from '../core/organizations/permissions.ts'
import { Refusal } from '../core/refusal.ts'
import { listApiKeys } from '../store/api-keys.ts'
import { listOrganizationNames } from '../store/first-organization.ts'
import { withContext } from './command-context.ts'

const LISTED_MAX = 1000

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

type Chosen = { readonly organization?: string }

/** `weir api-key create`: creates a key with every permission and prints it once. */
export async function createKey(options: Chosen & { readonly name?: string }): Promise<void> {
  await withContext(async (context) => {
    const organizationId = await chooseOrganization(context, options.organization)
    const key = { name: options.name ?? null, permissions: allPermissions(), expiresAt: null }
    const { secret } = await createApiKey(context, organizationId, key, OPERATOR)
    console.log(secret)
  })
}

/** `weir api-key list`: the keys that work, one a line. */
export async function listKeys(options: Chosen): Promise<void> {
  await withContext(async (context) => {
    const organizationId = await chooseOrganization(context, options.organization)
    const { rows } = await context.database.read(organizationId, (reads) =>
      listApiKeys(reads, context.systemNow(), { offset: 0, perPage: LISTED_MAX }),
    )
    for (const key of rows) {
      const end = key.expiresAt === null ? 'no end' : `ends ${isoText(key.expiresAt)}`
      const used = key.lastUsedAt === null ? 'never used' : `used ${isoText(key.lastUsedAt)}`
      console.log(`${key.id}  …${key.lastCharacters}  ${end}  ${used}  ${key.name ?? ''}`.trimEnd())
    }
  })
}

/** `weir api-key rotate`: prints a new key; the old one works for so many hours longer. */
export async function rotateKey(id: string, options: Chosen & { readonly overlap: number }): Promise<void> {
  await withContext(async (context) => {
    const organizationId = await chooseOrganization(context, options.organization)
    const endsAt = addMs(context.systemNow(), options.overlap * HOUR_MS)
    const rotating = rotateApiKey(context, organizationId, id, { endsAt, own: allPermissions() }, OPERATOR)
    const { secret } = await told(id, rotating)
    console.log(secret)
  })
}

/** `weir api-key revoke`: ends a key at once; servers that run hear of it within five seconds. */
export async function revokeKey(id: string, options: Chosen): Promise<void> {
  await withContext(async (context) => {
    const organizationId = await chooseOrganization(context, options.organization)
    await told(id, revokeApiKey(context, organizationId, id, OPERATOR))
  })
}

/** What an action gives; its refusal as a sentence. */
async function told<T>(id: string, action: Promise<T>): Promise<T> {
  try {
    return await action
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    const isLast = error.problem.kind === 'not_allowed'
    throw new StartProblem(
      isLast
        ? `${id} is the last key without an end: make another one first.`
        : `There is no key ${id} that works; weir api-key list shows those that do.`,
    )
  }
}
