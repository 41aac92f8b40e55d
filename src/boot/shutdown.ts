import { isDatabaseAway } from '../store/lost-connection.ts'
import type { PinoLog } from './log.ts'

/** A signal this soon after the first is the same one, forwarded. */
const REPEAT_MS = 1000

/**
 * Shuts down on SIGTERM and SIGINT, once, through `stop`; a second signal exits immediately. Exit code 0 after a
 * clean shutdown. `requestStop` does the same from within, with code 1.
 *
 * An uncaught error is logged and causes the same clean shutdown, so that PostgreSQL is not left running. A
 * database that is away is only logged, since the pools reconnect.
 */
export function stopOnSignals(stop: () => Promise<void>, log: PinoLog): { requestStop: () => void } {
  let isAsked = false
  let askedAtMs = 0
  const ask = (reason: string, code: number) => {
    // Under npm, Ctrl-C arrives twice, from the terminal and from npm; only a later one means impatience.
    if (isAsked && performance.now() - askedAtMs < REPEAT_MS) return
    if (isAsked) process.exit(1)
    isAsked = true
    askedAtMs = performance.now()
    log.info({ reason }, 'stopping')
    // The limits of the parts add up to less; this is the last resort.
    setTimeout(() => process.exit(1), 9500).unref()
    void stop().then(
      () => process.exit(code),
      () => process.exit(1),
    )
  }
  process.on('SIGTERM', () => ask('SIGTERM', 0))
  process.on('SIGINT', () => ask('SIGINT', 0))
  process.on('uncaughtException', (error) => {
    const isAway = isDatabaseAway(error)
    if (isAway || isAsked)
      log.warn({ err: error }, isAway ? 'the database is away' : 'error while shutting down')
    else {
      log.fatal({ err: error }, 'uncaught error')
      ask('failure', 1)
    }
  })
  return { requestStop: () => (isAsked ? undefined : ask('failure', 1)) }
}
