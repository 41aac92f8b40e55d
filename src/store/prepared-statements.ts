import type { Socket } from 'node:net'
import type { PostgresCursor, PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely'
import type pg from 'pg'
import { ReadBudget } from './read-budget.ts'

/** Fewer uses than this do not pay for keeping a plan in every connection. */
const USES_MIN = 3
/** Texts that are counted, and texts that have a name; each connection keeps the plans of the names it meets. */
const COUNTED_MAX = 2000
const NAMED_MAX = 200

/**
 * Gives names to the statements that come again and again, so that PostgreSQL parses and plans each once for a
 * connection: planning takes several times as long as running most of them.
 */
export class StatementNames {
  private uses = new Map<string, number>()
  private names = new Map<string, string>()
  private made = 0

  /** The name of a statement; undefined for one that is rare, or where too many have a name. */
  nameOf(text: string): string | undefined {
    const name = this.names.get(text)
    if (name !== undefined || this.names.size >= NAMED_MAX) return name
    const uses = (this.uses.get(text) ?? 0) + 1
    if (uses < USES_MIN) {
      if (this.uses.size >= COUNTED_MAX) this.uses.clear()
      this.uses.set(text, uses)
      return undefined
    }
    this.uses.delete(text)
    this.made += 1
    const given = `weir_${this.made}`
    this.names.set(text, given)
    return given
  }

  /** Forgets every name; the same texts get others. For plans that PostgreSQL no longer takes. */
  renew(): void {
    this.names = new Map()
    this.uses = new Map()
  }
}

/** True when a table changed under a plan that a connection kept; the same statement under a new name succeeds. */
export function isStalePlan(error: unknown): boolean {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown }
  return code === '0A000' && typeof message === 'string' && message.includes('cached plan')
}

/** The part of the driver's client that its types leave out. */
type WithStream = { readonly connection: { readonly stream: Socket } }

/** How a transaction that only reads begins. */
export const BEGIN_READING = 'start transaction isolation level repeatable read, read only'

/** A connection of the pool that sends statements under their names. */
class PreparingClient implements PostgresPoolClient {
  private readonly client: pg.PoolClient
  private readonly names: StatementNames
  private readonly stream: Socket
  private readonly budget: ReadBudget
  private isGathering = false

  constructor(client: pg.PoolClient, names: StatementNames) {
    this.client = client
    this.names = names
    const { stream } = (client as unknown as WithStream).connection
    this.stream = stream
    this.budget = new ReadBudget(() => stream.bytesRead)
    stream.on('data', () => {
      const tooLarge = this.budget.look()
      // Every statement that waits on this connection fails with it, and the pool makes another one.
      if (tooLarge) stream.destroy(tooLarge)
    })
  }

  query<R>(text: string, values: readonly unknown[]): Promise<PostgresQueryResult<R>>
  query<R>(cursor: PostgresCursor<R>): PostgresCursor<R>
  query(text: unknown, values: readonly unknown[] = []): unknown {
    if (typeof text !== 'string') throw new Error('statements are not read by cursors')
    if (text.startsWith(BEGIN_READING)) this.budget.begin()
    const name = values.length === 0 ? undefined : this.names.nameOf(text)
    const config = { text, values: [...values] }
    this.gather()
    return this.client.query(name === undefined ? config : { ...config, name })
  }

  /** Keeps what is asked in this turn for one write: each write wakes PostgreSQL, which takes the processor for it. */
  private gather(): void {
    if (this.isGathering) return
    this.isGathering = true
    const { stream } = this
    stream.cork()
    process.nextTick(() => {
      this.isGathering = false
      stream.uncork()
    })
  }

  // The pool gives its client another release function at every connect.
  release(): void {
    this.budget.end()
    this.client.release()
  }
}

/** The pool as Kysely asks for it, with statements under their names. */
export function preparing(pool: pg.Pool, names: StatementNames): PostgresPool {
  const known = new WeakMap<pg.PoolClient, PreparingClient>()
  return {
    connect: async () => {
      const client = await pool.connect()
      const own = known.get(client) ?? new PreparingClient(client, names)
      known.set(client, own)
      return own
    },
    end: () => pool.end(),
  }
}
