import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { closeSync, openSync, renameSync, rmSync, statSync } from 'node:fs'
import { open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { PinoLog } from '../log.ts'
import { StartProblem } from '../start-problem.ts'
import { type Account, POSTGRES_ENVIRONMENT, runAs } from './accounts.ts'
import type { Binaries } from './binaries.ts'
import { clusterFolder, folderFor } from './cluster.ts'
import { isRunning, stopServer } from './postmasters.ts'
import { FIXED_SETTINGS, settingArguments, TUNABLE_SETTINGS } from './settings.ts'

/** What is needed to start a server, the same for every run on a data folder. */
export type ServerPlan = {
  readonly dataDir: string
  readonly binaries: Binaries
  readonly account: Account | null
  readonly marker: string
  readonly log: PinoLog
  /** Connections that must be possible; postgresql.conf decides while it has as many as a new cluster. */
  readonly maxConnections: number
}

/** The port that names the socket's file; nothing listens on the network. */
export const SOCKET_PORT = 5432
const LOG_BYTES_MAX = 10_000_000
const READY_LIMIT_MS = 300_000

const fixedArguments = (plan: ServerPlan): string[] => [
  ...['-D', folderFor(plan.account, clusterFolder(plan.dataDir))],
  ...settingArguments({ ...FIXED_SETTINGS, cluster_name: plan.marker, port: String(SOCKET_PORT) }),
  ...settingArguments(moreConnections(plan)),
]

function moreConnections({ maxConnections }: ServerPlan): Record<string, string> {
  const more = maxConnections > Number(TUNABLE_SETTINGS.max_connections)
  return more ? { max_connections: String(maxConnections) } : {}
}

/** Identifies program and settings, to see whether a running server is what this start would run itself. */
export function runSignature(plan: ServerPlan): string {
  const parts = [plan.binaries.postgres, plan.binaries.version, ...fixedArguments(plan)]
  return createHash('sha256').update(parts.join('\0')).digest('hex')
}

function openLog(path: string): number {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0
  if (size > LOG_BYTES_MAX) renameSync(path, `${path}.1`)
  return openSync(path, 'a', 0o600)
}

async function logSince(path: string, from: number): Promise<string> {
  const file = await open(path, 'r')
  try {
    const size = (await file.stat()).size
    const length = Math.max(0, Math.min(size - from, 20_000))
    const { buffer } = await file.read(Buffer.alloc(length), 0, length, from)
    return buffer.toString('utf8')
  } finally {
    await file.close()
  }
}

/** Line 1 of PostgreSQL's pid file is the pid, line 8 its state; absent while it is being written. */
async function isReady(folder: string, pid: number): Promise<boolean> {
  const text = await readFile(join(folder, 'postmaster.pid'), 'utf8').catch(() => '')
  const lines = text.split('\n')
  return lines[0] === String(pid) && (lines[7] ?? '').startsWith('ready')
}

type Attempt = { readonly child: ChildProcess } | { readonly failure: string }

async function attempt(plan: ServerPlan, socketDir: string): Promise<Attempt> {
  const folder = clusterFolder(plan.dataDir)
  const logPath = join(plan.dataDir, 'postgres.log')
  const logFile = openLog(logPath)
  const logFrom = statSync(logPath).size
  // In its own session, so that Ctrl-C on the terminal only reaches Weir, which then stops PostgreSQL cleanly.
  const child = spawn(
    plan.binaries.postgres,
    [...fixedArguments(plan), '-c', `unix_socket_directories=${socketDir}`],
    {
      cwd: folder,
      detached: true,
      env: POSTGRES_ENVIRONMENT,
      stdio: ['ignore', logFile, logFile],
      ...runAs(plan.account),
    },
  )
  closeSync(logFile)
  const failed = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('exit', () => resolve(''))
  })
  const began = performance.now()
  for (let told = began; performance.now() - began < READY_LIMIT_MS; ) {
    const message = await Promise.race([failed, sleep(15, null)])
    if (message !== null) return { failure: message || (await logSince(logPath, logFrom)) }
    if (child.pid !== undefined && (await isReady(folder, child.pid))) {
      child.unref()
      return { child }
    }
    if (performance.now() - told > 5000) {
      told = performance.now()
      plan.log.info('PostgreSQL is recovering from its log')
    }
  }
  await stopServer(plan.marker, plan.account?.uid ?? null, 2000)
  return { failure: `it was not ready after ${READY_LIMIT_MS / 1000} s` }
}

function firstComplaint(logText: string): string {
  const line = logText.split('\n').find((one) => /FATAL|PANIC|ERROR|error while loading/.test(one))
  return (line ?? logText.trim().split('\n').at(-1) ?? '').replace(/^.*?(FATAL|PANIC|ERROR):\s*/, '')
}

/**
 * Starts the server and waits until it accepts connections, including recovery after a crash. No process of an
 * earlier run may be alive. Throws `StartProblem`.
 */
export async function startServer(plan: ServerPlan, socketDir: string): Promise<ChildProcess> {
  const pidFile = join(clusterFolder(plan.dataDir), 'postmaster.pid')
  let failure = ''
  for (let tries = 0; tries < 20; tries++) {
    // Left by a killed server. PostgreSQL would trust it if the pid now belongs to another process.
    rmSync(pidFile, { force: true })
    const result = await attempt(plan, socketDir)
    if ('child' in result) return result.child
    failure = result.failure
    // A killed server's shared memory is released a moment later, when its last process exits.
    if (!/pre-existing shared memory block|lock file .* already exists/.test(failure)) break
    await stopServer(plan.marker, plan.account?.uid ?? null, 500)
    await sleep(200)
  }
  throw new StartProblem(
    `PostgreSQL did not start: ${firstComplaint(failure)} (see ${join(plan.dataDir, 'postgres.log')}).`,
  )
}

/**
 * Calls back once when a server exits, whether it is our child or was left by a killed Weir. Returns a function that
 * stops watching.
 */
export function watchServer(pid: number, child: ChildProcess | null, onEnd: () => void): () => void {
  if (child !== null) {
    child.once('exit', onEnd)
    if (child.exitCode !== null || child.signalCode !== null) queueMicrotask(onEnd)
    return () => child.off('exit', onEnd)
  }
  const timer = setInterval(() => {
    if (isRunning(pid)) return
    clearInterval(timer)
    onEnd()
  }, 500)
  timer.unref()
  return () => clearInterval(timer)
}
