import {
  type ConnectionProvider,
  type DatabaseConnection,
  DummyDriver,
  Kysely,
  PostgresDialect,
} from 'kysely'

/**
 * Hands one connection to whoever asks, until it is closed; Kysely's own keeps every statement back until the one before
 * is answered.
 */
export class OpenConnection implements ConnectionProvider {
  private readonly connection: DatabaseConnection
  private isClosed = false
  private failure: unknown

  constructor(connection: DatabaseConnection) {
    this.connection = connection
  }

  async provideConnection<T>(consumer: (connection: DatabaseConnection) => Promise<T>): Promise<T> {
    if (this.isClosed) throw new Error('asked after the end of its read')
    try {
      return await consumer(this.connection)
    } catch (error) {
      this.failure ??= error
      throw error
    }
  }

  /** What failed first: statements behind it fail as well, and their errors may be heard before. */
  firstOf(error: unknown): unknown {
    return this.failure ?? error
  }

  /** Nothing is asked from here on: a branch that outlives a failure would meet somebody else's transaction. */
  close(): void {
    this.isClosed = true
  }
}

// What Kysely would open transactions and connections with; the connection is there and the transaction begun.
const dialect = new PostgresDialect({ pool: () => Promise.reject(new Error('a read has its connection')) })
const FIXED = { config: { dialect }, dialect, driver: new DummyDriver() }

/**
 * Queries on one connection that do not wait for each other: asked side by side (`Promise.all`), they are sent in one
 * go, which saves a round trip for each of them. The connection has to be one that takes statements so (`pipeline`).
 */
export function withoutTurns<DB>(kysely: Kysely<DB>, connection: OpenConnection): Kysely<DB> {
  const executor = kysely.getExecutor().withConnectionProvider(connection)
  return new Kysely<DB>({ ...FIXED, executor })
}
