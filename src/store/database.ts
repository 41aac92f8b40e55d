import { CamelCasePlugin, CompiledQuery, Kysely, PostgresDialect, type Transaction } from 'kysely'
import pg from 'pg'
import { type Instant, instant } from '../core/calendar/instant.ts'
import { isId } from './ids.ts'
import { isStalePlan, preparing, StatementNames } from './prepared-statements.ts'
import type { DB } from './rows.ts'
import { OpenConnection, withoutTurns } from './without-turns.ts'

/**
 * What a query inside one organization is asked of. It selects and cannot write; raw `sql` runs on it too, and a
 * transaction that reads only refuses what raw SQL would write. What is asked without waiting for the answers before
 * it travels together.
 */
export type Reads = Pick<Kysely<DB>, 'selectFrom' | 'selectNoFrom' | 'getExecutor'>

/** An open transaction. Every writing function of the store takes one, and only actions can open it. */
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
 * The last statements of a transaction, which are on their way: it is ended behind them, without waiting for their
 * answers, so that what they lock is free again as soon as it can be. When one of them fails nothing is kept, as ever.
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

const CONNECTION_SECONDS_MAX = 1800
const CONNECTION_WAIT_MS = 10_000
const COMMIT = CompiledQuery.raw('commit')
const ROLLBACK = CompiledQuery.raw('rollback')

const TIMESTAMPTZ = 1184
const INT8 = 20
const DATE = 1082
const NUMERIC = 1700
const TIMESTAMPTZ_ARRAY = 1185

/** Milliseconds since the epoch of a timestamptz text of a session in UTC (`2024-03-05 00:00:00.123+00`). */
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
 * The two doors to PostgreSQL: `tenants` acts as weir_app behind row-level security; `system` is the owner,
 * for what no tenant may see (key look-up, due organizations, bootstrap).
 */
export class Database {
  readonly pool: pg.Pool
  private readonly systemPool: pg.Pool
  private readonly names = new StatementNames()
  private readonly tenants: Kysely<DB>
  readonly system: Kysely<DB>

  constructor(options: DatabaseOptions) {
    // A new connection now and then, so that plans and caches of an old one do not add up.
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
    }
    this.pool = new pg.Pool({
      ...common,
      max: options.poolMax,
      options: '-c role=weir_app -c TimeZone=UTC -c DateStyle=ISO',
    })
    this.systemPool = new pg.Pool({ ...common, max: 4, options: '-c TimeZone=UTC -c DateStyle=ISO' })
    const onError = options.onError ?? (() => undefined)
    for (const pool of [this.pool, this.systemPool]) {
      // Every connection tells here of its end, also one that is in use: unheard, that would end the program. The pool
      // repeats it for those that were idle.
      pool.on('connect', (client) => client.on('error', onError))
      pool.on('error', () => undefined)
    }
    this.tenants = kyselyOn(this.pool, this.names)
    this.system = kyselyOn(this.systemPool, this.names)
  }

  /**
   * Reads as one organization, in one snapshot; inside the transaction of a request that is one, hence what it has
   * written.
   */
  read<T>(tenant: Tenant, query: (reads: Reads) => Promise<T>): Promise<T> {
    return this.readWith('', tenant, query)
  }

  /**
   * The same for usage: every statement is planned once for its connection and never for its parameters. The selects
   * of running state take ten times as long to plan as to run, and no parameter of theirs asks for another plan.
   */
  readUsage<T>(tenant: Tenant, query: (reads: Reads) => Promise<T>): Promise<T> {
    return this.readWith('; set local plan_cache_mode = force_generic_plan', tenant, query)
  }

  private async readWith<T>(
    setting: string,
    tenant: Tenant,
    query: (reads: Reads) => Promise<T>,
  ): Promise<T> {
    if (typeof tenant !== 'string' && tenant.open) return query(tenant.open)
    const organizationId = typeof tenant === 'string' ? tenant : tenant.organizationId
    const begin = `start transaction isolation level repeatable read, read only${setting}`
    // Nothing was written, so there is nothing that a commit could keep.
    return this.withFreshPlans(() => this.transact(organizationId, begin, ROLLBACK, query))
  }

  /** The transaction behind `inTransaction`; call that one. */
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
    // In one round trip, which takes a text without parameters.
    const beginning = CompiledQuery.raw(`${begin}; set local weir.organization_id = '${organizationId}'`)
    const executor = this.tenants.getExecutor()
    return executor.provideConnection(async (connection) => {
      const open = new OpenConnection(connection)
      try {
        // Sent when this is called, hence before anything that the work asks.
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
        await connection.executeQuery(ROLLBACK)
        throw error
      }
    })
  }

  /** Once more from the start when another version of Weir has changed a table meanwhile; nothing was kept then. */
  private async withFreshPlans<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      if (!isStalePlan(error)) throw error
      this.names.renew()
      return work()
    }
  }

  /** Resolves when PostgreSQL answers; rejects with its reason. */
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
