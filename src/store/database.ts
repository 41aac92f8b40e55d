import { CamelCasePlugin, CompiledQuery, Kysely, PostgresDialect, type Transaction } from 'kysely'
import pg from 'pg'
import { type Instant, instant } from '../core/calendar/instant.ts'
import { isId } from './ids.ts'
import { BEGIN_READING, isStalePlan, preparing, StatementNames } from './prepared-statements.ts'
import type { DB } from './rows.ts'
import { OpenConnection, withoutTurns } from './without-turns.ts'

/**
 * Runs queries within one organization. It can only select; raw `sql` also runs on it, in a read-only transaction
 * that rejects writes. Queries issued without awaiting each other are pipelined.
 */
export type Reads = Pick<Kysely<DB>, 'selectFrom' | 'selectNoFrom' | 'getExecutor'>

/** An open transaction. Every writing function of the store takes one, and only actions can open one. */
export type Tx = Transaction<DB>

/** For whom something is read or written: an organization, and the transaction that its request is, if it is one. */
export type Tenant =
  | string
  | {
      readonly organizationId: string
      readonly open?: Tx | undefined
      /** As the caller was told of it: a write of a sandbox is refused when the clock has moved since. */
      readonly organization?: { readonly isSandbox: boolean; readonly clockAt: Instant | null }
    }

/**
 * The last statements of a transaction, already sent: the commit is sent right behind them without waiting for their
 * results, so that locks are released as early as possible. If one of them fails, the transaction rolls back as
 * usual.
 */
export class Last<T> {
  readonly statements: Promise<T>

  constructor(statements: Promise<T>) {
    this.statements = statements
  }
}

export type DatabaseOptions = {
  readonly url: string
  readonly poolMax: number
  readonly onError?: (error: Error) => void
}

/** Whose rows are read, of everything that only reads. */
const organizations = new WeakMap<Reads, string>()

/** The organization of what only reads; undefined within a transaction that writes. */
export const organizationOf = (reads: Reads): string | undefined => organizations.get(reads)

/** For what no tenant may see, which is little. */
export const SYSTEM_CONNECTIONS = 4
const CONNECTION_SECONDS_MAX = 1800
/** A new connection knows neither tables nor statements; the first query on it would wait for both. */
const CONNECTION_IDLE_MS_MAX = 300_000
const CONNECTION_WAIT_MS = 10_000
const COMMIT = CompiledQuery.raw('commit')
const ROLLBACK = CompiledQuery.raw('rollback')

const TIMESTAMPTZ = 1184
const INT8 = 20
const DATE = 1082
const NUMERIC = 1700
const TIMESTAMPTZ_ARRAY = 1185

/** Milliseconds since the epoch of a timestamptz text from a session in UTC (`2024-03-05 00:00:00.123+00`). */
export function instantOfRow(text: string): Instant {
  return instant(Date.parse(`${text.slice(0, text.length - 3).replace(' ', 'T')}Z`))
}

const types = new pg.TypeOverrides()
types.setTypeParser(TIMESTAMPTZ, instantOfRow)
types.setTypeParser(INT8, (text: string) => BigInt(text))
types.setTypeParser(DATE, (text: string) => text)
types.setTypeParser(NUMERIC, (text: string) => text)
types.setTypeParser(TIMESTAMPTZ_ARRAY, (text: string) => text)

/**
 * The two ways to access PostgreSQL: `tenants` runs as weir_app under row-level security; `system` runs as the owner,
 * for what no tenant may see (key lookup, due organizations, bootstrap).
 */
export class Database {
  readonly pool: pg.Pool
  private readonly systemPool: pg.Pool
  private readonly names = new StatementNames()
  private readonly tenants: Kysely<DB>
  readonly system: Kysely<DB>

  constructor(options: DatabaseOptions) {
    // Connections are replaced from time to time, so that cached plans do not accumulate.
    const common = {
      connectionString: options.url,
      types,
      application_name: 'weir',
      keepAlive: true,
      // Whoever waits longer for a connection is told to come back later.
      connectionTimeoutMillis: CONNECTION_WAIT_MS,
      // Statements are sent as they are asked; PostgreSQL answers them in their order.
      pipeline: true,
      maxLifetimeSeconds: CONNECTION_SECONDS_MAX,
      idleTimeoutMillis: CONNECTION_IDLE_MS_MAX,
    }
    this.pool = new pg.Pool({
      ...common,
      max: options.poolMax,
      options: '-c role=weir_app -c TimeZone=UTC -c DateStyle=ISO',
    })
    this.systemPool = new pg.Pool({
      ...common,
      max: SYSTEM_CONNECTIONS,
      options: '-c TimeZone=UTC -c DateStyle=ISO',
    })
    const onError = options.onError ?? (() => undefined)
    for (const pool of [this.pool, this.systemPool]) {
      // Without a listener, a lost connection crashes the process, even one in use. The pool reports idle ones a
      // second time.
      pool.on('connect', (client) => client.on('error', onError))
      pool.on('error', () => undefined)
    }
    this.tenants = kyselyOn(this.pool, this.names)
    this.system = kyselyOn(this.systemPool, this.names)
  }

  /**
   * Reads as one organization, in one snapshot. Within a request's transaction, it reads there and sees its writes.
   */
  read<T>(tenant: Tenant, query: (reads: Reads) => Promise<T | Last<T>>): Promise<T> {
    return this.readWith('', tenant, query)
  }

  /**
   * The same for usage and previews: every statement is planned once per connection, regardless of its parameters.
   * Selects on running state take ten times longer to plan than to run, and the best plan of all these statements does
   * not depend on the parameters.
   */
  readUsage<T>(tenant: Tenant, query: (reads: Reads) => Promise<T>): Promise<T> {
    return this.readWith('; set local plan_cache_mode = force_generic_plan', tenant, query)
  }

  private async readWith<T>(
    setting: string,
    tenant: Tenant,
    query: (reads: Reads) => Promise<T | Last<T>>,
  ): Promise<T> {
    if (typeof tenant !== 'string' && tenant.open) {
      const answer = await query(tenant.open)
      return answer instanceof Last ? answer.statements : answer
    }
    const organizationId = typeof tenant === 'string' ? tenant : tenant.organizationId
    const begin = `${BEGIN_READING}${setting}`
    // Nothing was written, so there is nothing to commit.
    return this.withFreshPlans(() =>
      this.transact(organizationId, begin, ROLLBACK, (reads) => {
        organizations.set(reads, organizationId)
        return query(reads)
      }),
    )
  }

  /** The implementation of `inTransaction`; use that instead. */
  writeAs<T>(organizationId: string, work: (tx: Tx) => Promise<T | Last<T>>): Promise<T> {
    return this.withFreshPlans(() => this.transact(organizationId, 'begin', COMMIT, work))
  }

  private transact<T>(
    organizationId: string,
    begin: string,
    end: CompiledQuery,
    work: (tx: Tx) => Promise<T | Last<T>>,
  ): Promise<T> {
    if (!isId(organizationId)) throw new Error('not the id of an organization')
    // One round trip, which only allows a text without parameters.
    const beginning = CompiledQuery.raw(`${begin}; set local weir.organization_id = '${organizationId}'`)
    const executor = this.tenants.getExecutor()
    return executor.provideConnection(async (connection) => {
      const open = new OpenConnection(connection)
      try {
        // Sent now, before anything that the work issues.
        const begun = connection.executeQuery(beginning)
        const [, answer] = await Promise.all([begun, work(withoutTurns<DB>(executor, open))])
        open.close()
        const ended = connection.executeQuery(end)
        if (!(answer instanceof Last)) {
          await ended
          return answer
        }
        const [last] = await Promise.all([answer.statements, ended])
        return last
      } catch (error) {
        open.close()
        // A connection that was lost keeps nothing anyway; what failed first is what is told.
        await connection.executeQuery(ROLLBACK).catch(() => undefined)
        throw error
      }
    })
  }

  /** Runs the work again when another version of Weir has changed a table meanwhile; nothing was committed then. */
  private async withFreshPlans<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      if (!isStalePlan(error)) throw error
      this.names.renew()
      return work()
    }
  }

  /** Resolves when PostgreSQL answers; rejects with the error otherwise. */
  async ping(): Promise<void> {
    await this.systemPool.query('select 1')
  }

  async close(): Promise<void> {
    await Promise.all([this.pool.end(), this.systemPool.end()])
  }
}

export function openDatabase(options: DatabaseOptions): Database {
  return new Database(options)
}

function kyselyOn(pool: pg.Pool, names: StatementNames): Kysely<DB> {
  return new Kysely<DB>({
    dialect: new PostgresDialect({ pool: preparing(pool, names) }),
    plugins: [new CamelCasePlugin({ maintainNestedObjectKeys: true })],
  })
}
