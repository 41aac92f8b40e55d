import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { withClient } from './database.ts'
import { startWeirServer, type WeirServer } from './weir-server.ts'

const SAMPLE_EVERY_MS = 10
const STATEMENTS_SHOWN = 20
const TEXT_SHOWN = 110

/** Where PostgreSQL spends its time under a load. */
export type StatementProfile = {
  /** The statements that take most, per unit of work. */
  readonly statements: readonly string[]
  /** Shares of the samples of connections with an open transaction, by what they were waiting for. */
  readonly waits: Readonly<Record<string, number>>
}

/** Runs work on a server that counts statements by pg_stat_statements, which PostgreSQL loads only at its start. */
export async function withCountingServer<T>(
  root: string,
  work: (server: WeirServer) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'weir-bench-'))
  try {
    const first = await startWeirServer(root, { folder })
    await withClient(first.superuserUrl, async (client) => {
      await client.query(`alter system set shared_preload_libraries = 'pg_stat_statements'`)
      await client.query('create extension pg_stat_statements')
    })
    await first.stop()
    const server = await startWeirServer(root, { folder })
    try {
      return await work(server)
    } finally {
      await server.stop()
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/**
 * Profiles a load on a counting server: time by statement, and what connections wait for, sampled a hundred times a
 * second.
 *
 * @param unitsOf how many units of work, such as requests, the load has done
 */
export async function profileStatements<T>(
  server: WeirServer,
  load: () => Promise<T>,
  unitsOf: (result: T) => number,
): Promise<{ readonly result: T; readonly profile: StatementProfile }> {
  return withClient(server.superuserUrl, async (client) => {
    await client.query('select pg_stat_statements_reset()')
    const seen = new Map<string, number>()
    let isOver = false
    const sampling = (async () => {
      while (!isOver) {
        const { rows } = await client.query<{ wait: string; count: number }>(
          `select case when state = 'active' then coalesce(wait_event_type || ':' || wait_event, 'running')
              else 'between statements' end as wait, count(*)::int as count
          from pg_stat_activity
          where backend_type = 'client backend' and state <> 'idle' and pid <> pg_backend_pid() group by 1`,
        )
        for (const { wait, count } of rows) seen.set(wait, (seen.get(wait) ?? 0) + count)
        await sleep(SAMPLE_EVERY_MS)
      }
    })()
    const result = await load().finally(() => {
      isOver = true
    })
    await sampling
    return { result, profile: { statements: await slowest(client, unitsOf(result)), waits: sharesOf(seen) } }
  })
}

async function slowest(
  client: { query: (text: string) => Promise<{ rows: StatementRow[] }> },
  units: number,
): Promise<string[]> {
  const { rows } = await client.query(
    `select query, calls, total_exec_time as executing, total_plan_time as planning from pg_stat_statements
    where toplevel order by total_exec_time + total_plan_time desc limit ${STATEMENTS_SHOWN}`,
  )
  return rows.map(({ query, calls, executing }) => {
    const text = query.replace(/\s+/g, ' ').slice(0, TEXT_SHOWN)
    return `${(executing / units).toFixed(3)} ms, ${(Number(calls) / units).toFixed(2)} times: ${text}`
  })
}

type StatementRow = { query: string; calls: string; executing: number; planning: number }

function sharesOf(seen: ReadonlyMap<string, number>): Record<string, number> {
  const all = [...seen.values()].reduce((sum, count) => sum + count, 0)
  const sorted = [...seen].sort(([, a], [, b]) => b - a)
  return Object.fromEntries(sorted.map(([wait, count]) => [wait, Number((count / all).toFixed(3))]))
}
