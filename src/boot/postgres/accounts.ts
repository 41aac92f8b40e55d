import { readFileSync, statSync } from 'node:fs'
import { StartProblem } from '../start-problem.ts'

/** A system user and group, by number. */
export type Account = { readonly uid: number; readonly gid: number }

/** The accounts that run PostgreSQL. Both are null when Weir's own unprivileged user does. */
export type Accounts = { readonly server: Account | null; readonly initdb: Account | null }

/**
 * A number that no distribution assigns: above Debian's normal users, below systemd's dynamic ones. Not `nobody`,
 * because other programs running as nobody could read the database files.
 */
const OWN_ACCOUNT: Account = { uid: 60_806, gid: 60_806 }

/** Parses name, uid and gid from a passwd file. */
export function readPasswd(text: string): readonly (Account & { readonly name: string })[] {
  return text.split('\n').flatMap((line) => {
    const [name, , uid, gid] = line.split(':')
    if (!name || !/^\d+$/.test(uid ?? '') || !/^\d+$/.test(gid ?? '')) return []
    return [{ name, uid: Number(uid), gid: Number(gid) }]
  })
}

/**
 * Chooses the accounts under which PostgreSQL runs. PostgreSQL refuses to run as root, so root uses another account:
 * the owner of the existing cluster, else a user named `weir`, else a fixed uid. `initdb`, unlike the server, needs
 * an account with a name, so it runs as `nobody` for that moment.
 */
export function choosePostgresAccounts(clusterFolder: string): Accounts {
  if (process.getuid?.() !== 0) return { server: null, initdb: null }
  const owner = statSync(clusterFolder, { throwIfNoEntry: false })
  const known = readPasswd(readFileSync('/etc/passwd', 'utf8')).filter((user) => user.uid !== 0)
  const weir = known.find((user) => user.name === 'weir')
  const initdb = weir ?? known.find((user) => user.name === 'nobody') ?? known[0]
  if (!initdb) {
    throw new StartProblem(
      'PostgreSQL cannot run as root and this machine has no other user: add one, or set DATABASE_URL.',
    )
  }
  const server = owner && owner.uid !== 0 ? { uid: owner.uid, gid: owner.gid } : (weir ?? OWN_ACCOUNT)
  return { server: { uid: server.uid, gid: server.gid }, initdb: { uid: initdb.uid, gid: initdb.gid } }
}

/** The `spawn` options that run a program under an account. */
export function runAs(account: Account | null): { uid?: number; gid?: number } {
  return account === null ? {} : { uid: account.uid, gid: account.gid }
}

/**
 * The environment of every PostgreSQL program: nothing from Weir's own, so that neither secrets nor stray PG…
 * variables reach it, and the same language and time zone everywhere.
 */
export const POSTGRES_ENVIRONMENT = { PATH: '/usr/bin:/bin:/usr/local/bin', LC_ALL: 'C', TZ: 'UTC' }
