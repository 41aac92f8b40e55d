import type { Socket } from 'node:net'
import type { PostgresCursor, PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely'
import type pg from 'pg'
import { ReadBudget } from './read-budget.ts'

/** With fewer uses, keeping a plan in every connection does not pay off. */
const USES_MIN = 3
/** The same when half of the names are given: what is left is for statements that are frequent. */
const USES_MIN_LATER = 30
/** The most texts counted, and the most texts named; each connection keeps the plans of names it has used. */
const COUNTED_MAX = 2000
const NAMED_MAX = 200

/** Begins a statement that is to be planned each time, by its parameters and by how full the tables are then. */
export const PLANNED_ANEW = '/* planned anew */'

/**
 * Names frequent statements, so that PostgreSQL parses and plans each once per connection: planning most of them
 * takes several times longer than running them.
 */
export class StatementNames {
  private uses = new Map<string, number>()
  private names = new Map<string, string>()
  private made = 0

  /** The name of a statement; undefined for a rare one, or when too many have names. */
  nameOf(text: string): string | undefined {
    if (text.startsWith(PLANNED_ANEW)) return undefined
    const name = this.names.get(text)
    if (name !== undefined || this.names.size >= NAMED_MAX) return name
    const uses = (this.uses.get(text) ?? 0) + 1
    if (uses < (this.names.size < NAMED_MAX / 2 ? USES_MIN : USES_MIN_LATER)) {
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

  /** Discards all names; the same texts get new ones. For plans that PostgreSQL has invalidated. */
  renew(): void {
    this.names = new Map()
    this.uses = new Map()
  }
}

/** True when a table changed under a cached plan; the same statement succeeds under a new name. */
export function isStalePlan(error: unknown): boolean {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown }
  return code === '0A000' && typeof message === 'string' && message.includes('cached plan')
}

/** The part of the driver's client that is missing from its types. */
type WithStream = { readonly connection: { readonly stream: Socket } }

/** How a read-only transaction begins. */
export const BEGIN_READING = 'start transaction isolation level repeatable read, read only'

/** A pool connection that sends named statements. */
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
    // Commands such as begin and commit have no plan to keep.
    const isCommand = values.length === 0 && !text.startsWith('select')
    const name = isCommand ? undefined : this.names.nameOf(text)
    const config = { text, values: [...values] }
    this.gather()
    return this.client.query(name === undefined ? config : { ...config, name })
  }

  /** Buffers this tick's statements into one write: each write wakes PostgreSQL, which then competes for the CPU. */
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

  // The pool assigns its client a new release function on every connect.
  release(): void {
    this.budget.end()
    this.client.release()
  }
}

/** The pool in Kysely's interface, with named statements. */
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
