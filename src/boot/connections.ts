import { WORKER_CONNECTIONS_MAX } from '../jobs/worker.ts'
import { SYSTEM_CONNECTIONS } from '../store/database.ts'
import { CLOCK_CONNECTIONS } from './clock.ts'
import type { Config } from './config.ts'
import { withClient } from './postgres/provision.ts'
import type { Role } from './role.ts'
import { StartProblem } from './start-problem.ts'

/** For a command beside the server (`weir doctor`, `weir api-key`), migrations of the next start, and a person. */
const SPARE_CONNECTIONS = 5

/** How many connections a process of a role may open at once. */
export function connectionsOf(config: Pick<Config, 'poolSize' | 'workerConcurrency'>, role: Role): number {
  const own = config.poolSize + SYSTEM_CONNECTIONS
  const worker = Math.min(config.workerConcurrency + 2, WORKER_CONNECTIONS_MAX) + 1
  const clock = CLOCK_CONNECTIONS + SYSTEM_CONNECTIONS
  if (role === 'all') return own + worker + clock
  return role === 'worker' ? own + worker : own
}

/** `max_connections` of an embedded PostgreSQL that serves one process of every role. */
export function connectionsNeeded(config: Pick<Config, 'poolSize' | 'workerConcurrency'>): number {
  return connectionsOf(config, 'all') + SPARE_CONNECTIONS
}

type Room = {
  readonly max: string
  readonly reserved: string
  readonly role_limit: number
  readonly db_limit: number
}

/**
 * Whether PostgreSQL has room for the connections of this process. Throws `StartProblem` with the numbers when it has
 * not: requests would fail one by one later.
 */
export async function checkConnections(url: string, config: Config, role: Role): Promise<void> {
  const needed = connectionsOf(config, role)
  const room = await withClient(url, async (client) => {
    const { rows } = await client.query<Room>(
      `select current_setting('max_connections') as max, current_setting('superuser_reserved_connections') as reserved,
        (select rolconnlimit from pg_roles where rolname = current_user) as role_limit,
        (select datconnlimit from pg_database where datname = current_database()) as db_limit`,
    )
    return rows[0]
  })
  if (room === undefined) throw new Error('PostgreSQL did not tell its number of connections')
  const limits = [Number(room.max) - Number(room.reserved), room.role_limit, room.db_limit]
  const given = Math.min(...limits.filter((limit) => limit >= 0))
  if (needed <= given) return
  throw new StartProblem(
    `WEIR_POOL_SIZE=${config.poolSize} needs ${needed} connections with jobs and clock, and PostgreSQL gives ${given} ` +
      `(max_connections is ${room.max}): lower WEIR_POOL_SIZE to ${Math.max(2, config.poolSize - (needed - given))} or ` +
      'less, or raise that.',
  )
}
