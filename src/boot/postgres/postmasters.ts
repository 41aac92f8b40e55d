import { readdirSync, readFileSync, statSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * The pids of the PostgreSQL processes with a cluster's marker, the server first. PostgreSQL shows the marker (its
 * `cluster_name`) in the command line of all its processes, which is readable even if their folders are not; a zombie
 * has no command line.
 */
export function pidsWithMarker(marker: string, uid: number | null): number[] {
  const found: { pid: number; isServer: boolean }[] = []
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    try {
      const line = readFileSync(`/proc/${name}/cmdline`, 'utf8')
      if (!line.includes(marker)) continue
      // Any process could have our marker in its command line; only the account's own count.
      if (statSync(`/proc/${name}`).uid !== (uid ?? process.getuid?.())) continue
      if (line.startsWith('postgres: ')) found.push({ pid: Number(name), isServer: false })
      else if (line.includes(`cluster_name=${marker}`)) found.push({ pid: Number(name), isServer: true })
    } catch (error) {
      // It exited meanwhile, or we may not inspect it.
      if (!['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? ''))
        throw error
    }
  }
  return found.sort((a, b) => Number(b.isServer) - Number(a.isServer)).map((one) => one.pid)
}

/** The pid of the cluster's running server, or null. */
export function runningServer(marker: string, uid: number | null): number | null {
  const [first] = pidsWithMarker(marker, uid)
  if (first === undefined) return null
  const line = readCommandLine(first)
  return line.startsWith('postgres: ') || line === '' ? null : first
}

function readCommandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return '' // exited meanwhile
  }
}

/** Whether the process is still running (a zombie is not). */
export const isRunning = (pid: number): boolean => readCommandLine(pid) !== ''

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

async function ended(isOver: () => boolean, limitMs: number): Promise<boolean> {
  for (const until = performance.now() + limitMs; performance.now() < until; ) {
    if (isOver()) return true
    await sleep(20)
  }
  return isOver()
}

/**
 * Stops a server: first with a checkpoint (PostgreSQL's "fast"), then without ("immediate", recovered at the next
 * start), then by killing whatever is left. Takes at most about `limitMs` + 2 s.
 */
export async function stopServer(marker: string, uid: number | null, limitMs: number): Promise<void> {
  const server = runningServer(marker, uid)
  if (server !== null) {
    signal(server, 'SIGINT')
    if (!(await ended(() => !isRunning(server), limitMs))) {
      signal(server, 'SIGQUIT')
      await ended(() => !isRunning(server), 1500)
    }
  }
  const isEmpty = () => pidsWithMarker(marker, uid).length === 0
  if (await ended(isEmpty, 300)) return
  for (const pid of pidsWithMarker(marker, uid)) signal(pid, 'SIGKILL')
  await ended(isEmpty, 500)
}
