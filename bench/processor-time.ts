import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { withClient } from './database.ts'
import type { WeirServer } from './weir-server.ts'

/** The kernel's unit of processor time, in milliseconds: a hundred ticks a second on every Linux that Node supports. */
const TICK_MS = 10

/** Processor time used by a server so far, in milliseconds. */
type Reading = {
  /** By thread of the Node process; the main thread has the id of the process. */
  readonly threads: ReadonlyMap<number, number>
  readonly postgres: number
}

/** Milliseconds of processor time that a server used for one request, invoice or other unit of work. */
export type ProcessorTime = {
  readonly mainThreadMs: number
  /** Of all other threads the one that used most: the clock's during a billing run. */
  readonly busiestOtherThreadMs: number
  /** Garbage collection, compilation, the file system and the remaining workers. */
  readonly remainingThreadsMs: number
  readonly postgresMs: number
}

/** Measures the processor time of what a server does from now on; call the result with the number of units done. */
export async function watchProcessorTime(
  server: WeirServer,
): Promise<(units: number) => Promise<ProcessorTime>> {
  const before = await readProcessorTime(server)
  return async (units) => {
    const after = await readProcessorTime(server)
    const used = [...after.threads].map(([id, ms]) => [id, ms - (before.threads.get(id) ?? 0)] as const)
    const main = used.find(([id]) => id === server.pid)?.[1] ?? Number.NaN
    const others = used.flatMap(([id, ms]) => (id === server.pid ? [] : [ms])).sort((a, b) => b - a)
    const [busiest = 0, ...remaining] = others
    return {
      mainThreadMs: main / units,
      busiestOtherThreadMs: busiest / units,
      remainingThreadsMs: remaining.reduce((sum, ms) => sum + ms, 0) / units,
      postgresMs: (after.postgres - before.postgres) / units,
    }
  }
}

async function readProcessorTime(server: WeirServer): Promise<Reading> {
  const tasks = `/proc/${server.pid}/task`
  const threads = await Promise.all(
    (await readdir(tasks)).map(
      async (id) => [Number(id), (await timesOf(join(tasks, id, 'stat'))).own] as const,
    ),
  )
  return { threads: new Map(threads), postgres: await postgresTime(server) }
}

/** Of the postmaster, its living processes and those that have ended. */
async function postgresTime(server: WeirServer): Promise<number> {
  const pid = await postmasterOf(server)
  const { own, ofEnded } = await timesOf(`/proc/${pid}/stat`)
  const children = (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).split(' ').filter(Boolean)
  const times = await Promise.all(children.map((child) => timesOf(`/proc/${child}/stat`)))
  return times.reduce((sum, time) => sum + time.own + time.ofEnded, own + ofEnded)
}

/** The parent of any connection's process. */
async function postmasterOf(server: WeirServer): Promise<number> {
  const { rows } = await withClient(server.superuserUrl, (client) =>
    client.query<{ stat: string }>(`select pg_read_file('/proc/' || pg_backend_pid() || '/stat') as stat`),
  )
  return fieldsOf(rows[0]?.stat ?? '')[1] ?? Number.NaN
}

/** Milliseconds of a process or thread, and of its ended children; zero when it has ended itself. */
async function timesOf(path: string): Promise<{ readonly own: number; readonly ofEnded: number }> {
  const text = await readFile(path, 'utf8').catch(() => null)
  if (text === null) return { own: 0, ofEnded: 0 }
  const fields = fieldsOf(text)
  const at = (place: number) => fields[place] ?? 0
  return { own: TICK_MS * (at(11) + at(12)), ofEnded: TICK_MS * (at(13) + at(14)) }
}

/** The fields of a stat file from the third on; the second is a name in parentheses, which may contain spaces. */
function fieldsOf(stat: string): readonly number[] {
  return stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number)
}
