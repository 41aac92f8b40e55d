import { sql } from 'kysely'
import type { Instant } from '../core/calendar/instant.ts'
import type { Database, Reads, Tx } from './database.ts'
import { ts } from './values.ts'

/** A mover that was not seen for longer is dead, and its move can be taken up. */
const LEASE_SECONDS = 15

const CLOCK_LOCK = sql`hashtextextended('clock:' || weir_organization_id(), 0)`

/** A sandbox's clock, and the move that is under way if there is one. */
export type ClockState = {
  readonly isSandbox: boolean
  readonly clockAt: Instant | null
  readonly status: string
  /** Where the move goes; null also of a move that was begun by a version of Weir that did not keep it. */
  readonly target: Instant | null
  /** Whether whoever moves the clock is still at it. */
  readonly isOwned: boolean
}

async function readClock(reads: Reads, organizationId: string): Promise<ClockState> {
  const { rows } = await sql<ClockState>`
    select is_sandbox, clock_at, clock_status as status, clock_target as target,
      coalesce(clock_mover_seen_at > now() - make_interval(secs => ${LEASE_SECONDS}), false) as is_owned
    from organizations where id = ${organizationId}`.execute(reads)
  const [state] = rows
  if (!state) throw new Error(`there is no organization ${organizationId}`)
  return state
}

/**
 * Keeps a sandbox's clock from being moved until the transaction ends, and gives it as it is. To be taken before any
 * other lock.
 */
export async function holdClock(tx: Tx, organizationId: string): Promise<ClockState> {
  await sql`select pg_advisory_xact_lock_shared(${CLOCK_LOCK})`.execute(tx)
  return readClock(tx, organizationId)
}

/** Waits until nobody writes in a sandbox, and gives its clock; nobody else begins a move until the transaction ends. */
export async function lockClock(tx: Tx, organizationId: string): Promise<ClockState> {
  await sql`select pg_advisory_xact_lock(${CLOCK_LOCK})`.execute(tx)
  return readClock(tx, organizationId)
}

/** Begins a move, or takes one up: from here on it is the mover's, as long as it renews its lease. */
export async function beginMove(
  tx: Tx,
  organizationId: string,
  move: { readonly mover: string; readonly to: Instant },
): Promise<void> {
  await sql`
    update organizations set clock_status = 'advancing', clock_error = null, clock_mover = ${move.mover}::uuid,
      clock_target = ${ts(move.to)}, clock_mover_seen_at = now()
    where id = ${organizationId}`.execute(tx)
}

/** Renews the lease of a move; false when it is the mover's no more. */
export async function renewMove(database: Database, organizationId: string, mover: string): Promise<boolean> {
  const result = await sql`
    update organizations set clock_mover_seen_at = now()
    where id = ${organizationId} and clock_mover = ${mover}::uuid`.execute(database.system)
  return (result.numAffectedRows ?? 0n) > 0n
}

/** Ends a move at its target; false when it is the mover's no more. */
export async function endMove(
  tx: Tx,
  organizationId: string,
  move: { readonly mover: string; readonly to: Instant; readonly error: string | null },
): Promise<boolean> {
  const result = await sql`
    update organizations set clock_at = ${ts(move.to)}, clock_error = ${move.error},
      clock_status = ${move.error === null ? 'ready' : 'failed'},
      clock_mover = null, clock_target = null, clock_mover_seen_at = null
    where id = ${organizationId} and clock_mover = ${move.mover}::uuid`.execute(tx)
  return (result.numAffectedRows ?? 0n) > 0n
}

/** Gives a move up, so that it can be taken up at once. */
export async function abandonMove(database: Database, organizationId: string, mover: string): Promise<void> {
  await sql`
    update organizations set clock_mover_seen_at = null
    where id = ${organizationId} and clock_mover = ${mover}::uuid`.execute(database.system)
}

/** Sandboxes whose clock is moved by nobody any more, though its move is not at its end. */
export async function abandonedMoves(database: Database): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from organizations
    where is_sandbox and clock_status = 'advancing'
      and coalesce(clock_mover_seen_at < now() - make_interval(secs => ${LEASE_SECONDS}), true)
    order by id`.execute(database.system)
  return rows.map(({ id }) => id)
}
