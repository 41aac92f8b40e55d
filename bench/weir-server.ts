import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const START_LIMIT_MS = 300_000

export type WeirServer = {
  readonly url: string
  /** Of the Node process. */
  readonly pid: number
  /** The database URL of the role that owns Weir's tables. */
  readonly databaseUrl: string
  /** The embedded PostgreSQL as its superuser; empty for a process on another one's database. */
  readonly superuserUrl: string
  /** Of the Node processes, without PostgreSQL. */
  readonly residentBytes: () => Promise<number>
  readonly adminKey: string
  /** The data folder. */
  readonly folder: string
  readonly stop: () => Promise<void>
  /** Kills the process, like a crash. */
  readonly kill: () => Promise<void>
}

export type ServerOptions = {
  /**
   * The data folder of an earlier server, which is kept. Without one, an empty folder is created and removed
   * afterwards.
   */
  readonly folder?: string
  /** Another server's database instead of an embedded one. */
  readonly databaseUrl?: string
  readonly environment?: Readonly<Record<string, string>>
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}

/** Starts the built Weir with its own settings, by default on an embedded PostgreSQL in an empty data folder. */
export async function startWeirServer(root: string, options: ServerOptions = {}): Promise<WeirServer> {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'weir-bench-')))
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const adminKey = randomBytes(16).toString('hex')
  // Such as `--cpu-prof --cpu-prof-dir=…`, for a profile of the server under the benchmark's load.
  const nodeArguments = process.env.WEIR_BENCH_NODE_ARGUMENTS?.split(' ') ?? []
  const child = spawn(process.execPath, [...nodeArguments, join(root, 'bin/weir.js'), 'start'], {
    cwd: folder,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: {
      PATH: process.env.PATH,
      PORT: String(port),
      HOST: '127.0.0.1',
      WEIR_DATA_DIR: join(folder, 'data'),
      ADMIN_API_KEY: adminKey,
      LOG_LEVEL: 'error',
      ...(options.databaseUrl === undefined ? {} : { DATABASE_URL: options.databaseUrl }),
      ...options.environment,
    },
  })
  const exited = new Promise((resolve) => child.once('exit', resolve))
  const tidyUp = async () => {
    if (options.folder === undefined) await rm(folder, { recursive: true, force: true })
  }
  const stop = async () => {
    child.kill('SIGTERM')
    const ended = await Promise.race([exited.then(() => true), sleep(15_000, false, { ref: false })])
    if (!ended) child.kill('SIGKILL')
    await tidyUp()
  }
  const kill = async () => {
    child.kill('SIGKILL')
    await exited
    await tidyUp()
  }
  const until = performance.now() + START_LIMIT_MS
  while (performance.now() < until && child.exitCode === null) {
    const health = await fetch(`${url}/health`).catch(() => null)
    if (health?.ok) {
      const urls = await databaseUrls(folder, options.databaseUrl)
      const pid = child.pid ?? 0
      const residentBytes = () => residentBytesOf(pid)
      return { url, pid, ...urls, residentBytes, adminKey, folder, stop, kill }
    }
    await sleep(50)
  }
  await stop()
  throw new Error('the server did not start')
}

async function databaseUrls(folder: string, external: string | undefined) {
  if (external !== undefined) return { databaseUrl: external, superuserUrl: '' }
  const read = async (name: string) => JSON.parse(await readFile(join(folder, 'data', name), 'utf8'))
  const run: { url: string } = await read('postgres-run.json')
  const cluster: { adminPassword: string } = await read('postgres.json')
  const superuser = new URL(run.url)
  superuser.username = 'postgres'
  superuser.password = cluster.adminPassword
  return { databaseUrl: run.url, superuserUrl: superuser.toString() }
}

/** Of a process and its Node child processes. */
async function residentBytesOf(pid: number): Promise<number> {
  const read = (path: string) => readFile(path, 'utf8').catch(() => '')
  const status = await read(`/proc/${pid}/status`)
  if (!/^Name:\s+(node|weir)/m.test(status)) return 0
  const own = 1024 * Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN)
  const children = (await read(`/proc/${pid}/task/${pid}/children`)).split(' ').filter(Boolean)
  const sizes = await Promise.all(children.map((child) => residentBytesOf(Number(child))))
  return sizes.reduce((sum, size) => sum + size, own)
}
