import type { ChildProcess } from 'node:child_process'
import { chmod, mkdir, readdir, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { PinoLog } from './log.ts'
import { type Accounts, choosePostgresAccounts } from './postgres/accounts.ts'
import { findBinaries } from './postgres/binaries.ts'
import {
  clearDesk,
  clusterFolder,
  clusterMajor,
  createCluster,
  makePrivateFolder,
} from './postgres/cluster.ts'
import { lockDataFolder } from './postgres/data-lock.ts'
import { isRunning, runningServer, stopServer } from './postgres/postmasters.ts'
import { DATABASE, OWNER, provision, socketUrl, withClient } from './postgres/provision.ts'
import {
  type ClusterRecord,
  makeClusterRecord,
  markerOf,
  readClusterRecord,
  readRunRecord,
  writeRunRecord,
} from './postgres/records.ts'
import { runSignature, type ServerPlan, startServer, watchServer } from './postgres/server.ts'
import { StartProblem } from './start-problem.ts'

/** A running embedded PostgreSQL. */
export type EmbeddedPostgres = {
  /** For the role that owns the database `weir`, which is not a superuser. */
  readonly url: string
  /** Stops the server within about `limitMs` (default 5000) and releases the data folder. */
  readonly stop: (limitMs?: number) => Promise<void>
}

export type EmbeddedPostgresOptions = {
  /** Absolute path; created if missing. */
  readonly dataDir: string
  readonly log: PinoLog
  /** The number of connections that are needed; a new cluster has at least 60. */
  readonly maxConnections?: number
  /** Called when the server exited and could not be restarted. */
  readonly onLost?: (reason: Error) => void
}

/** The names that identify a folder as Weir's. */
const OWN_FILES = /^(postgres|postgres\..+|postgres-run\.json|weir\.lock|programs)$/
const RESTARTS_MAX = 5
const RESTART_WINDOW_MS = 60_000

async function makeDataFolder(dataDir: string, log: PinoLog): Promise<void> {
  try {
    await makeFolders(dataDir)
  } catch (error) {
    throw new StartProblem(`The data folder ${dataDir} cannot be created: ${sentenceOf(error)}.`)
  }
  const { mode } = await stat(dataDir)
  if ((mode & 0o077) === 0) return
  await closeDataFolder(dataDir)
  log.warn({ dataDir }, 'the data folder was open to other users of this machine, and is closed now')
}

/** One folder at a time: on a file system that makes none (/proc), Node's own way through never ends. */
async function makeFolders(folder: string): Promise<void> {
  const found = await stat(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw error
  })
  if (found?.isDirectory()) return
  if (found !== null) throw new Error('there is a file in its place')
  await makeFolders(dirname(folder))
  await mkdir(folder, { mode: 0o700 })
  await chmod(folder, 0o700)
}

/** Takes the rights of others away; not from a folder that holds something else, which may be theirs. */
async function closeDataFolder(dataDir: string): Promise<void> {
  const names = await readdir(dataDir)
  const isOwn = names.length === 0 || names.some((name) => OWN_FILES.test(name))
  if (!isOwn) {
    throw new StartProblem(
      `The data folder ${dataDir} holds other files and is open to other users: choose a folder for Weir alone, or ` +
        'close it with chmod 700.',
    )
  }
  await chmod(dataDir, 0o700)
}

/** What an error of the file system says, which may be nothing but a code. */
function sentenceOf(error: unknown): string {
  const { message, code } = error as NodeJS.ErrnoException
  return message || code || 'for an unknown reason'
}

async function clusterRecord(dataDir: string, major: number | null, version: string): Promise<ClusterRecord> {
  const wanted = Number(version.split('.')[0])
  if (major !== null && major !== wanted) {
    throw new StartProblem(
      `The data folder ${dataDir} was written by PostgreSQL ${major}, and this Weir brings PostgreSQL ${wanted}.`,
    )
  }
  const record = await readClusterRecord(dataDir)
  if (record !== null) return record
  if (major === null) return await makeClusterRecord(dataDir)
  throw new StartProblem(`The file postgres.json with the database's password is missing from ${dataDir}.`)
}

const uidOf = (plan: ServerPlan): number | null => plan.account?.uid ?? null

/** A server left running by a killed Weir, if it matches what we would start and responds. */
async function adoptServer(plan: ServerPlan, record: ClusterRecord) {
  const pid = runningServer(plan.marker, uidOf(plan))
  const run = await readRunRecord(plan.dataDir)
  if (pid !== null && run?.pid === pid && run.signature === runSignature(plan)) {
    const url = socketUrl(run.socketDir, 'postgres', record.adminPassword, 'postgres')
    const answers = await withClient(url, (client) => client.query('select 1')).then(
      () => true,
      () => false,
    )
    if (answers) return { pid, socketDir: run.socketDir, child: null }
  }
  await stopServer(plan.marker, uidOf(plan), 5000)
  // The record of a copied folder may be that of the original's server, which runs.
  if (run !== null && !isRunning(run.pid)) await rm(run.socketDir, { recursive: true, force: true })
  return null
}

type Run = { readonly pid: number; readonly socketDir: string; readonly child: ChildProcess | null }

async function startFirst(plan: ServerPlan, record: ClusterRecord): Promise<Run> {
  const socketDir = await makePrivateFolder(plan.dataDir, plan.account)
  try {
    return await startRun(plan, record, socketDir)
  } catch (error) {
    await rm(socketDir, { recursive: true, force: true })
    throw error
  }
}

async function startRun(plan: ServerPlan, record: ClusterRecord, socketDir: string): Promise<Run> {
  const child = await startServer(plan, socketDir)
  const pid = child.pid ?? 0
  const url = socketUrl(socketDir, OWNER, record.ownerPassword, DATABASE)
  await writeRunRecord(plan.dataDir, { pid, socketDir, signature: runSignature(plan), url })
  return { pid, socketDir, child }
}

/** Keeps the server running: if it is killed, it is restarted on the same socket, and pools reconnect. */
function superviseServer(
  plan: ServerPlan,
  record: ClusterRecord,
  first: Run,
  onLost: (error: Error) => void,
) {
  let isStopping = false
  let restart: Promise<void> = Promise.resolve()
  const restartsAt: number[] = []
  const watch = (run: Run) => {
    watchServer(run.pid, run.child, () => {
      if (isStopping) return
      restart = again().catch((error: Error) => {
        if (!isStopping) onLost(error)
      })
    })
  }
  const again = async (): Promise<void> => {
    const now = performance.now()
    restartsAt.push(now)
    if (restartsAt.filter((at) => now - at < RESTART_WINDOW_MS).length > RESTARTS_MAX) {
      throw new Error('PostgreSQL keeps exiting')
    }
    plan.log.error('PostgreSQL exited unexpectedly; restarting it')
    await stopServer(plan.marker, uidOf(plan), 1000)
    try {
      watch(await startRun(plan, record, first.socketDir))
    } catch (error) {
      // It can also be killed while starting.
      plan.log.error({ err: error }, 'PostgreSQL did not start')
      await sleep(500)
      return isStopping ? undefined : again()
    }
    plan.log.info('PostgreSQL is back')
  }
  watch(first)
  return async (limitMs: number) => {
    isStopping = true
    await Promise.race([restart, sleep(limitMs, undefined, { ref: false })])
    await stopServer(plan.marker, uidOf(plan), limitMs)
  }
}

/**
 * Starts PostgreSQL from the installed package on a data folder, or takes over the one left by a killed Weir, and
 * keeps it running until `stop`. It listens only on a Unix socket, with generated passwords, and runs under an
 * unprivileged account even when Weir is root. Throws `StartProblem` (`DataFolderBusy` when another Weir uses the
 * folder).
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { dataDir, log } = options
  await makeDataFolder(dataDir, log)
  const lock = await lockDataFolder(dataDir)
  try {
    return await startLocked(options, lock.release)
  } catch (error) {
    await lock.release()
    if (isOfFiles(error)) {
      log.debug({ err: error }, 'the data folder cannot be used')
      throw new StartProblem(`The data folder ${dataDir} cannot be used: ${sentenceOf(error)}.`)
    }
    throw error
  }
}

/** Whether the system refused a file: no right, no room, a medium that only reads, a file in the place of a folder. */
function isOfFiles(error: unknown): boolean {
  const { code, syscall } = error as NodeJS.ErrnoException
  return typeof code === 'string' && /^E[A-Z]+$/.test(code) && typeof syscall === 'string'
}

async function startLocked(options: EmbeddedPostgresOptions, release: () => Promise<void>) {
  const { dataDir, log } = options
  await clearDesk(dataDir)
  const folder = clusterFolder(dataDir)
  const accounts: Accounts = choosePostgresAccounts(folder)
  const binaries = await findBinaries(`${dataDir}/programs`, accounts.server)
  const major = await clusterMajor(folder)
  const record = await clusterRecord(dataDir, major, binaries.version)
  if (major === null) {
    log.info({ dataDir }, 'creating the database files')
    await createCluster(dataDir, binaries, accounts, record)
  }
  const { maxConnections = 0 } = options
  const marker = await markerOf(record, folder)
  const plan: ServerPlan = { dataDir, binaries, account: accounts.server, marker, log, maxConnections }
  const run = (await adoptServer(plan, record)) ?? (await startFirst(plan, record))
  log.info({ version: binaries.version, isTakenOver: run.child === null }, 'PostgreSQL is ready')
  const onLost = options.onLost ?? ((error: Error) => log.fatal({ err: error }, 'PostgreSQL is lost'))
  const end = superviseServer(plan, record, run, onLost)
  const stop = async (limitMs = 5000) => {
    await end(limitMs)
    await rm(run.socketDir, { recursive: true, force: true })
    await binaries.discard()
    await release()
  }
  try {
    await provision(
      socketUrl(run.socketDir, 'postgres', record.adminPassword, 'postgres'),
      record.ownerPassword,
    )
  } catch (error) {
    await stop()
    throw error
  }
  return { url: socketUrl(run.socketDir, OWNER, record.ownerPassword, DATABASE), stop }
}
