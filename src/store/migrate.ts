import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { Kysely, type Migration, Migrator, PostgresDialect, sql } from 'kysely'
import pg from 'pg'

const FOLDER = path.join(path.dirname(fileURLToPath(import.meta.url)), 'migrations')
const TABLE = 'weir_migrations'

/** A line of a migration that includes another file, as in psql: `\ir ../functions/weir_ingest.sql`. */
const INCLUDE = /^\\ir (\S+)$/gm

/** The database has migrations that this version of Weir does not know. */
export class UnknownMigrations extends Error {}

/**
 * Applies the numbered files in `migrations/` under a lock, so that several processes may start at once. Returns the
 * names of the migrations applied. Throws `UnknownMigrations`, before changing anything, when the database has a
 * migration that is not among the files; otherwise throws the error of the failed file.
 *
 * @param last the name of the last one to apply; all of them by default
 */
export async function migrate(url: string, last?: string): Promise<string[]> {
  const pool = new pg.Pool({ connectionString: url, max: 2, application_name: 'weir migrate' })
  const database = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) })
  try {
    const migrations = await readMigrations()
    await refuseUnknownMigrations(database, Object.keys(migrations))
    const migrator = new Migrator({
      db: database,
      provider: { getMigrations: async () => migrations },
      migrationTableName: TABLE,
      migrationLockTableName: `${TABLE}_lock`,
    })
    const { error, results } =
      last === undefined ? await migrator.migrateToLatest() : await migrator.migrateTo(last)
    if (error) throw error
    return (results ?? []).filter((r) => r.status === 'Success').map((r) => r.migrationName)
  } finally {
    await database.destroy()
  }
}

async function refuseUnknownMigrations(database: Kysely<unknown>, names: readonly string[]): Promise<void> {
  const table = await sql<{ exists: boolean }>`select to_regclass(${TABLE}) is not null as exists`.execute(
    database,
  )
  if (table.rows[0]?.exists !== true) return
  const applied = await sql<{ name: string }>`select name from ${sql.table(TABLE)} order by name`.execute(
    database,
  )
  const unknown = applied.rows.map((row) => row.name).filter((name) => !names.includes(name))
  if (unknown.length === 0) return
  throw new UnknownMigrations(
    `The database was written by another version of Weir: its migration ${unknown[0]} is not part of this version. ` +
      'Nothing was changed. Start the version that wrote it, or give this one an empty database or data folder.',
  )
}

async function readMigrations(): Promise<Record<string, Migration>> {
  const files = (await readdir(FOLDER)).filter((file) => file.endsWith('.sql')).sort()
  const migrations: Record<string, Migration> = {}
  for (const file of files) {
    const text = await readWithIncludes(path.join(FOLDER, file))
    migrations[file.replace(/\.sql$/, '')] = {
      up: async (db) => {
        // Functions are included in their current form, even if a later migration adds tables or columns they use.
        await sql.raw(`set local check_function_bodies = off;\n${text}`).execute(db)
      },
    }
  }
  return migrations
}

async function readWithIncludes(file: string): Promise<string> {
  const text = await readFile(file, 'utf8')
  const included = new Map<string, string>()
  for (const [, target = ''] of text.matchAll(INCLUDE)) {
    included.set(target, await readFile(path.resolve(path.dirname(file), target), 'utf8'))
  }
  return text.replace(INCLUDE, (_line, target: string) => included.get(target) ?? '')
}
