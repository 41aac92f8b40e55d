import { WORKER_CONNECTIONS_MAX } from '../jobs/worker.ts'
import { SYSTEM_CONNECTIONS } from '../store/database.ts'
import { findRoom } from './check-database.ts'
import { CLOCK_CONNECTIONS } from './clock.ts'
import type { Config } from './config.ts'
import { READER_CONNECTIONS } from './reader.ts'
import type { Role } from './role.ts'
import { StartProblem } from './start-problem.ts'

/** For commands that run next to the server (`weir doctor`, `weir api-key`), migrations, and psql. */
const SPARE_CONNECTIONS = 5

/** The most connections that a process with this role opens at a time. */
export function connectionsOf(config: Pick<Config, 'poolSize' | 'workerConcurrency'>, role: Role): number {
  const own = config.poolSize + SYSTEM_CONNECTIONS
  const reader = READER_CONNECTIONS + SYSTEM_CONNECTIONS
  const worker = Math.min(config.workerConcurrency + 2, WORKER_CONNECTIONS_MAX) + 1
  const clock = CLOCK_CONNECTIONS + SYSTEM_CONNECTIONS
  if (role === 'all') return own + reader + worker + clock
  if (role === 'api') return own + reader
  return role === 'worker' ? own + worker : own
}

/** The `max_connections` that an embedded PostgreSQL needs for one process with all roles. */
export function connectionsNeeded(config: Pick<Config, 'poolSize' | 'workerConcurrency'>): number {
  return connectionsOf(config, 'all') + SPARE_CONNECTIONS
}

/**
 * Checks that PostgreSQL allows as many connections as this process may open. Throws `StartProblem` otherwise, because
 * requests would fail one by one under load.
 */
export async function checkConnections(url: string, config: Config, role: Role): Promise<void> {
  const needed = connectionsOf(config, role)
  const { given, max } = await findRoom(url)
  if (needed <= given) return
  throw new StartProblem(
    `WEIR_POOL_SIZE=${config.poolSize} needs ${needed} connections with jobs and clock, and PostgreSQL gives ${given} ` +
      `(max_connections is ${max}): lower WEIR_POOL_SIZE to ${Math.max(2, config.poolSize - (needed - given))} or ` +
      'less, or raise that.',
  )
}
