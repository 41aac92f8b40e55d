import pg from 'pg'
import { withClient } from './postgres/provision.ts'
import { StartProblem } from './start-problem.ts'

const VERSION_MIN = 140_000

/** The host and database of a URL without its password, for messages. */
function placeOf(url: string): string {
  if (!URL.canParse(url)) return 'DATABASE_URL'
  const { hostname, port, pathname } = new URL(url)
  return `${hostname || 'localhost'}${port ? `:${port}` : ''}${pathname}`
}

type Findings = { readonly version: number; readonly named: string; readonly lacks: readonly string[] }

async function findOut(url: string): Promise<Findings> {
  return await withClient(url, async (client) => {
    const { rows } = await client.query<{
      version: string
      named: string
      creates: boolean
      app: boolean
      roles: boolean
    }>(
      `select current_setting('server_version_num') as version, current_setting('server_version') as named,
        has_schema_privilege(current_user, 'public', 'create')
          and has_database_privilege(current_user, current_database(), 'create') as creates,
        exists (select from pg_roles where rolname = 'weir_app') as app,
        (select rolsuper or rolcreaterole from pg_roles where rolname = current_user) as roles`,
    )
    const found = rows[0]
    if (found === undefined) throw new Error('no answer')
    const lacks = [
      ...(found.creates ? [] : ['CREATE on the database and on its schema public']),
      ...(found.app || found.roles ? [] : ['CREATEROLE']),
    ]
    return { version: Number(found.version), named: found.named, lacks }
  })
}

/**
 * Checks an external PostgreSQL before using it: reachable, version 14 or later, and a role that may create schemas,
 * tables and the role weir_app. Throws `StartProblem` with a message that does not contain the password.
 */
export async function checkDatabase(url: string): Promise<void> {
  let findings: Findings
  try {
    findings = await findOut(url)
  } catch (error) {
    const reason =
      error instanceof pg.DatabaseError || error instanceof Error
        ? error.message || causes(error)
        : String(error)
    throw new StartProblem(`PostgreSQL at ${placeOf(url)} (DATABASE_URL) cannot be used: ${reason}.`)
  }
  if (findings.version < VERSION_MIN) {
    throw new StartProblem(
      `PostgreSQL at ${placeOf(url)} is version ${findings.named}, but Weir needs 14 or later.`,
    )
  }
  if (findings.lacks.length > 0) {
    throw new StartProblem(
      `The user of DATABASE_URL lacks rights at ${placeOf(url)}: it needs ${findings.lacks.join(' and ')}.`,
    )
  }
}

/** A failed connection to a host with several addresses nests its errors. */
function causes(error: unknown): string {
  const inner = (error as { errors?: readonly Error[]; code?: string }).errors ?? []
  return inner.map((one) => one.message).join(', ') || ((error as { code?: string }).code ?? 'no answer')
}

/** How many connections PostgreSQL allows the role of a URL, and its `max_connections`. */
export async function findRoom(url: string): Promise<{ readonly given: number; readonly max: number }> {
  return await withClient(url, async (client) => {
    const { rows } = await client.query<{
      max: string
      reserved: string
      of_role: number
      of_database: number
    }>(
      `select current_setting('max_connections') as max, current_setting('superuser_reserved_connections') as reserved,
        (select rolconnlimit from pg_roles where rolname = current_user) as of_role,
        (select datconnlimit from pg_database where datname = current_database()) as of_database`,
    )
    const [found] = rows
    if (found === undefined) throw new Error('PostgreSQL did not return its connection limits')
    const max = Number(found.max)
    // A negative limit means that there is none.
    const limits = [max - Number(found.reserved), found.of_role, found.of_database]
    return { given: Math.min(...limits.filter((limit) => limit >= 0)), max }
  })
}
