import {
  type ConnectionProvider,
  type DatabaseConnection,
  DummyDriver,
  PostgresDialect,
  type QueryExecutor,
  Transaction,
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
    if (this.isClosed) throw new Error('asked after the end of its transaction')
    try {
      return await consumer(this.connection)
    } catch (error) {
      // Statements behind one that failed fail as well, and their errors may be heard first.
      if (isConsequence(error)) throw this.failure ?? error
      this.failure = error
      throw error
    }
  }

  /** Nothing is asked from here on: a branch that outlives a failure would meet somebody else's transaction. */
  close(): void {
    this.isClosed = true
  }
}

/** PostgreSQL refuses every statement after one that failed, until the transaction or its part is rolled back. */
function isConsequence(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === '25P02'
}

// What Kysely would open transactions and connections with; the connection is there and the transaction begun.
const dialect = new PostgresDialect({
  pool: () => Promise.reject(new Error('the connection is open already')),
})
const FIXED = { config: { dialect }, dialect, driver: new DummyDriver() }

/**
 * Queries of an open transaction that do not wait for each other: asked side by side (`Promise.all`), they are sent in
 * one go, which saves a round trip for each of them. The connection has to be one that takes statements so (`pipeline`).
 */
export function withoutTurns<DB>(executor: QueryExecutor, connection: OpenConnection): Transaction<DB> {
  return new Transaction<DB>({ ...FIXED, executor: executor.withConnectionProvider(connection) })
}
