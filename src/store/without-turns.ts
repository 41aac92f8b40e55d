import {
  type ConnectionProvider,
  type DatabaseConnection,
  DummyDriver,
  PostgresDialect,
  type QueryExecutor,
  Transaction,
} from 'kysely'

/**
 * Shares one connection until it is closed. Kysely's own provider holds back every statement until the previous one
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
    if (this.isClosed) throw new Error('query after the end of its transaction')
    try {
      return await consumer(this.connection)
    } catch (error) {
      // Statements after a failed one fail too, and their errors may arrive first.
      if (isConsequence(error)) throw this.failure ?? error
      this.failure = error
      throw error
    }
  }

  /** Rejects further queries: a branch that outlives a failure would otherwise run in someone else's transaction. */
  close(): void {
    this.isClosed = true
  }
}

/** PostgreSQL rejects every statement after a failed one until the transaction or savepoint is rolled back. */
function isConsequence(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === '25P02'
}

// Kysely's way to open connections and transactions; here the connection is open and the transaction started.
const dialect = new PostgresDialect({
  pool: () => Promise.reject(new Error('the connection is open already')),
})
const FIXED = { config: { dialect }, dialect, driver: new DummyDriver() }

/**
 * Runs an open transaction's queries without waiting for each other: concurrent ones (`Promise.all`) are sent
 * together, which saves a round trip for each. The connection must support pipelining (`pipeline`).
 */
export function withoutTurns<DB>(executor: QueryExecutor, connection: OpenConnection): Transaction<DB> {
  return new Transaction<DB>({ ...FIXED, executor: executor.withConnectionProvider(connection) })
}
