import {
  type ConnectionProvider,
  type DatabaseConnection,
  DummyDriver,
  Kysely,
  PostgresDialect,
} from 'kysely'

/** Hands one connection to whoever asks; Kysely's own keeps every statement back until the one before is answered. */
class OpenConnection implements ConnectionProvider {
  private readonly connection: DatabaseConnection

  constructor(connection: DatabaseConnection) {
    this.connection = connection
  }

  provideConnection<T>(consumer: (connection: DatabaseConnection) => Promise<T>): Promise<T> {
    return consumer(this.connection)
  }
}

// What Kysely would open transactions and connections with; the connection is there and the transaction begun.
const dialect = new PostgresDialect({ pool: () => Promise.reject(new Error('a read has its connection')) })
const FIXED = { config: { dialect }, dialect, driver: new DummyDriver() }

/**
 * Queries on one connection that do not wait for each other: asked side by side (`Promise.all`), they are sent in one
 * go, which saves a round trip for each of them. The connection has to be one that takes statements so (`pipeline`).
 */
export function withoutTurns<DB>(kysely: Kysely<DB>, connection: DatabaseConnection): Kysely<DB> {
  const executor = kysely.getExecutor().withConnectionProvider(new OpenConnection(connection))
  return new Kysely<DB>({ ...FIXED, executor })
}
