import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  chmod,
  chown,
  lchown,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  writeFile,
} from 'node:fs/promises'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import { StartProblem } from '../start-problem.ts'
import { type Account, type Accounts, POSTGRES_ENVIRONMENT, runAs } from './accounts.ts'
import type { Binaries } from './binaries.ts'
import type { ClusterRecord } from './records.ts'
import { settingArguments, TUNABLE_SETTINGS } from './settings.ts'

const runFile = promisify(execFile)

const PRIVATE_PREFIX = 'weir-postgres-'
/** Says where the folder with the password is. */
const DESK_FILE = 'postgres.desk'

/** The cluster's folder inside a data folder. */
export const clusterFolder = (dataDir: string): string => join(dataDir, 'postgres')

/**
 * How the programs find their folder: they start inside it and use this name, so that their account does not need
 * access to its parent folders (for example a project in /root).
 */
export const FOLDER_FROM_WITHIN = '/proc/self/cwd'

/** The path by which this account's programs reach the cluster's folder, which is their working folder. */
export const folderFor = (account: Account | null, folder: string): string =>
  account === null ? folder : FOLDER_FROM_WITHIN

async function giveTree(path: string, account: Account): Promise<void> {
  for (const entry of await readdir(path, { recursive: true, withFileTypes: true })) {
    await lchown(join(entry.parentPath, entry.name), account.uid, account.gid)
  }
  await chown(path, account.uid, account.gid)
}

/** A private folder with a short path, for an account (null: our own). The caller removes it. */
export async function makePrivateFolder(dataDir: string, account: Account | null): Promise<string> {
  // Nothing in root's /run is cleaned up while in use and nobody else can write there; the rest are fallbacks.
  const parents = [...(account === null ? [] : ['/run']), '/tmp', '/dev/shm', dataDir]
  const reasons: string[] = []
  for (const parent of parents.filter((path) => path.length <= 60)) {
    try {
      const folder = await mkdtemp(join(parent, PRIVATE_PREFIX))
      await chmod(folder, 0o700)
      if (account !== null) await chown(folder, account.uid, account.gid)
      return folder
    } catch (error) {
      reasons.push((error as Error).message)
    }
  }
  throw new StartProblem(`There is no place for PostgreSQL's socket: ${reasons.join('; ')}.`)
}

/** The major version of an existing cluster, or null when there is no cluster yet. */
export async function clusterMajor(folder: string): Promise<number | null> {
  try {
    return Number(await readFile(join(folder, 'PG_VERSION'), 'utf8'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

async function runInitdb(part: string, binaries: Binaries, account: Account | null, passwordFile: string) {
  const options = [
    ...['-D', folderFor(account, part), '-U', 'postgres', `--pwfile=${passwordFile}`],
    ...['--auth=scram-sha-256', '--encoding=UTF8', '--no-instructions', '--data-checksums'],
    // PostgreSQL's own C.UTF-8: the same sort order on every machine, regardless of its libraries.
    ...['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C', '--lc-messages=C'],
    ...settingArguments(TUNABLE_SETTINGS),
  ]
  await runFile(binaries.initdb, options, { cwd: part, env: POSTGRES_ENVIRONMENT, ...runAs(account) })
}

/**
 * Creates the cluster in a temporary folder and moves it into place when complete, so that a start killed halfway
 * leaves nothing that looks like a database. Throws `StartProblem`.
 */
export async function createCluster(
  dataDir: string,
  binaries: Binaries,
  accounts: Accounts,
  record: ClusterRecord,
): Promise<void> {
  for (const name of await readdir(dataDir)) {
    if (name.startsWith('postgres.new-')) await rm(join(dataDir, name), { recursive: true, force: true })
  }
  const part = join(dataDir, `postgres.new-${randomBytes(4).toString('hex')}`)
  const desk = await makePrivateFolder(dataDir, accounts.initdb)
  await writeFile(join(dataDir, DESK_FILE), desk, { mode: 0o600 })
  try {
    await mkdir(part)
    await chmod(part, 0o700)
    const passwordFile = join(desk, 'password')
    await writeFile(passwordFile, `${record.adminPassword}\n`, { mode: 0o600 })
    if (accounts.initdb !== null) {
      await chown(part, accounts.initdb.uid, accounts.initdb.gid)
      await chown(passwordFile, accounts.initdb.uid, accounts.initdb.gid)
    }
    await runInitdb(part, binaries, accounts.initdb, passwordFile)
    if (accounts.server !== null) await giveTree(part, accounts.server)
    await rename(part, clusterFolder(dataDir))
  } catch (error) {
    await rm(part, { recursive: true, force: true })
    if (error instanceof StartProblem) throw error
    const { stderr, message } = error as Error & { stderr?: string }
    const said = (stderr?.trim() || message).split('\n').find((line) => /error|fatal|could not/i.test(line))
    throw new StartProblem(`PostgreSQL's files could not be made in ${dataDir}: ${said ?? message}.`)
  } finally {
    await clearDesk(dataDir)
  }
}

/**
 * Removes the folder with the superuser's password that making a cluster needs for a moment: also one that a start
 * left when it was killed in that moment.
 */
export async function clearDesk(dataDir: string): Promise<void> {
  const note = join(dataDir, DESK_FILE)
  const desk = await readFile(note, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return ''
    throw error
  })
  // Nothing else is removed, whatever the note says.
  if (basename(desk).startsWith(PRIVATE_PREFIX)) await rm(desk, { recursive: true, force: true })
  await rm(note, { force: true })
}
