import type { Selectable } from 'kysely'
import type { Instant } from '../core/calendar/instant.ts'
import type { PortalFileKind } from '../core/portal/portal-files.ts'
import type { Database, Reads, Tx } from './database.ts'
import type { PortalFiles } from './rows.ts'
import { ts } from './values.ts'

export type PortalFileRow = Selectable<PortalFiles>
/** The hashes of the files of a portal, by what they are. */
export type PortalFileHashes = Readonly<Partial<Record<PortalFileKind, string>>>

/** The hashes of an organization's files. */
export async function readPortalFileHashes(reads: Reads): Promise<PortalFileHashes> {
  const rows = await reads.selectFrom('portalFiles').select(['kind', 'hash']).execute()
  return Object.fromEntries(rows.map(({ kind, hash }) => [kind, hash]))
}

/** A file by its hash, whichever organization has it; of one alone when it is named. */
export async function findPortalFile(
  database: Database,
  hash: string,
  organizationId: string | undefined,
): Promise<Pick<PortalFileRow, 'bytes' | 'contentType'> | undefined> {
  let found = database.system
    .selectFrom('portalFiles')
    .select(['bytes', 'contentType'])
    .where('hash', '=', hash)
  if (organizationId !== undefined) found = found.where('organizationId', '=', organizationId)
  return found.limit(1).executeTakeFirst()
}

/** Puts a file in the place of the one of its kind. */
export async function replacePortalFile(
  tx: Tx,
  file: Pick<PortalFileRow, 'organizationId' | 'kind' | 'hash' | 'contentType' | 'bytes'>,
  now: Instant,
): Promise<void> {
  const { hash, contentType, bytes } = file
  await tx
    .insertInto('portalFiles')
    .values({ ...file, createdAt: ts(now) })
    .onConflict((oc) =>
      oc.columns(['organizationId', 'kind']).doUpdateSet({ hash, contentType, bytes, createdAt: ts(now) }),
    )
    .execute()
}

export async function deletePortalFile(tx: Tx, kind: PortalFileKind): Promise<void> {
  await tx.deleteFrom('portalFiles').where('kind', '=', kind).execute()
}

/** The domains of all portals, and whose they are. */
export async function listPortalDomains(
  database: Database,
): Promise<readonly { readonly domain: string; readonly organizationId: string }[]> {
  const rows = await database.system
    .selectFrom('organizations')
    .select(['id', 'portalDomain'])
    .where('portalDomain', 'is not', null)
    .execute()
  return rows.flatMap(({ id, portalDomain }) =>
    portalDomain === null ? [] : [{ domain: portalDomain, organizationId: id }],
  )
}
