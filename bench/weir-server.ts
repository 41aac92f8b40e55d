import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const START_LIMIT_MS = 60_000

export type WeirServer = {
  readonly url: string
  /** The embedded PostgreSQL. */
  readonly databaseUrl: string
  /** Of the Node process, PostgreSQL apart. */
  readonly residentBytes: () => Promise<number>
  readonly adminKey: string
  readonly stop: () => Promise<void>
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

/** Starts the built Weir with its embedded PostgreSQL and its own settings on an empty data folder. */
export async function startWeirServer(root: string): Promise<WeirServer> {
  const folder = await mkdtemp(join(tmpdir(), 'weir-bench-'))
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
    },
  })
  const exited = new Promise((resolve) => child.once('exit', resolve))
  const stop = async () => {
    child.kill('SIGTERM')
    const ended = await Promise.race([exited.then(() => true), sleep(15_000, false, { ref: false })])
    if (!ended) child.kill('SIGKILL')
    await rm(folder, { recursive: true, force: true })
  }
  const until = performance.now() + START_LIMIT_MS
  while (performance.now() < until && child.exitCode === null) {
    const health = await fetch(`${url}/health`).catch(() => null)
    if (health?.ok) {
      const run: { url: string } = JSON.parse(await readFile(join(folder, 'data/postgres-run.json'), 'utf8'))
      return { url, databaseUrl: run.url, residentBytes: () => residentBytes(child.pid ?? 0), adminKey, stop }
    }
    await sleep(50)
  }
  await stop()
  throw new Error('the server did not start')
}

async function residentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return 1024 * Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN)
}
