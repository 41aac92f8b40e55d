import { sql } from 'kysely'
import type { Instant } from '../core/calendar/instant.ts'
import type { Database, Reads } from './database.ts'
import type { DocumentFile } from './documents.ts'
import { anyOf, ts } from './values.ts'

/** A file with what it is of. */
export type FoundFile = DocumentFile & {
  readonly kind: string
  readonly subjectId: string
  readonly byteSize: number | null
  readonly sha256: Buffer
  readonly bytes: Buffer | null
}

/** The newest files of subjects, in any form, with their bytes, null for those that are stored elsewhere. */
export async function newestFiles(
  reads: Reads,
  subjectIds: readonly string[],
): Promise<readonly FoundFile[]> {
  if (subjectIds.length === 0) return []
  return reads
    .selectFrom('documents as d')
    .leftJoin('documentBlobs as b', 'b.sha256', 'd.contentSha256')
    .distinctOn(['d.subjectId', 'd.kind'])
    .select(['d.organizationId', 'd.id', 'd.kind', 'd.fileName', 'd.byteSize', 'b.bytes'])
    .select((eb) => eb.ref('d.subjectId').$notNull().as('subjectId'))
    .select((eb) => eb.ref('d.contentSha256').$notNull().as('sha256'))
    .where('d.subjectId', '=', anyOf(subjectIds))
    .where('d.status', '=', 'ready')
    .orderBy('d.subjectId')
    .orderBy('d.kind')
    .orderBy('d.version', 'desc')
    .execute()
}

/** A ready document with its bytes, null when they are stored elsewhere. */
export async function readFile(
  reads: Reads,
  id: string,
): Promise<
  { readonly fileName: string; readonly sha256: Buffer; readonly bytes: Buffer | null } | undefined
> {
  return reads
    .selectFrom('documents as d')
    .leftJoin('documentBlobs as b', 'b.sha256', 'd.contentSha256')
    .select(['d.fileName', 'b.bytes'])
    .select((eb) => eb.ref('d.contentSha256').$notNull().as('sha256'))
    .where('d.id', '=', id)
    .where('d.status', '=', 'ready')
    .executeTakeFirst()
}

/** The bytes of a logo by the hash in a model. */
export async function readBlob(reads: Reads, sha256: string): Promise<Buffer | undefined> {
  const row = await reads
    .selectFrom('documentBlobs')
    .select('bytes')
    .where('sha256', '=', Buffer.from(sha256, 'hex'))
    .executeTakeFirst()
  return row?.bytes
}

/** A file of a ready document, and whether it is in the database and is what its hash says. */
export type StoredFile = {
  readonly organizationId: string
  readonly fileName: string
  /** In hexadecimal digits. */
  readonly sha256: string
  readonly isInDatabase: boolean
  readonly isWhole: boolean
}

/** The newest files of all organizations. */
export async function newestStoredFiles(database: Database, limit: number): Promise<readonly StoredFile[]> {
  const { rows } = await sql<StoredFile>`
    select d.organization_id, d.file_name, encode(d.content_sha256, 'hex') as sha256,
      b.sha256 is not null as is_in_database, coalesce(sha256(b.bytes) = d.content_sha256, false) as is_whole
    from documents d
    left join document_blobs b on b.organization_id = d.organization_id and b.sha256 = d.content_sha256
    where d.status = 'ready'
    order by d.id desc
    limit ${limit}`.execute(database.system)
  return rows
}

/** What files take in the database, in bytes on its disk. */
export async function bytesOfBlobs(database: Database): Promise<number> {
  const { rows } = await sql<{ bytes: string }>`
    select pg_total_relation_size('document_blobs')::text as bytes`.execute(database.system)
  return Number(rows[0]?.bytes ?? 0)
}

/**
 * Deletes up to `limit` documents older than `years`, and the files that no document needs. Returns how many, and the
 * files, which may be stored elsewhere.
 */
export async function deleteOldDocuments(
  database: Database,
  old: { readonly now: Instant; readonly years: number; readonly limit: number },
): Promise<{
  readonly count: number
  readonly freed: readonly { readonly organizationId: string; readonly sha256: string }[]
}> {
  const { rows } = await sql<{ organizationId: string; sha256: string | null }>`
    with gone as (
      delete from documents where (organization_id, id) in (
        select organization_id, id from documents
        where created_at < ${ts(old.now)} - make_interval(years => ${old.years}::int)
        limit ${old.limit}
      )
      returning organization_id, id, content_sha256
    ), unused as (
      select g.organization_id, g.id, g.content_sha256 from gone g
      where g.content_sha256 is not null and not exists (
        select from documents d
        where d.organization_id = g.organization_id and d.content_sha256 = g.content_sha256
          and d.id not in (select id from gone)
      )
    ), freed as (
      delete from document_blobs b using unused u
      where b.organization_id = u.organization_id and b.sha256 = u.content_sha256
    )
    select g.organization_id, encode(u.content_sha256, 'hex') as sha256
    from gone g left join unused u using (organization_id, id)`.execute(database.system)
  const freed = rows.flatMap(({ organizationId, sha256 }) =>
    sha256 === null ? [] : [{ organizationId, sha256 }],
  )
  return { count: rows.length, freed }
}
