import { isDatabaseAway } from '../store/lost-connection.ts'
import type { PinoLog } from './log.ts'

/** A signal this soon after the first is the same one, passed on. */
const REPEAT_MS = 1000

/**
 * Ends the program on SIGTERM and SIGINT, once, through `stop`; a second signal ends it at once.
 * Code 0 after an orderly end. `requestStop` does the same from inside, with code 1.
 *
 * An error that nobody caught is told and ends the program in the same order, so that it does not leave its
 * PostgreSQL behind. That PostgreSQL is away is only logged: the pools connect again, and whoever needs one is told.
 */
export function stopOnSignals(stop: () => Promise<void>, log: PinoLog): { requestStop: () => void } {
  let isAsked = false
  let askedAtMs = 0
  const ask = (reason: string, code: number) => {
    // Ctrl-C below npm arrives twice, from the terminal and from npm: only a later one is impatience.
    if (isAsked && performance.now() - askedAtMs < REPEAT_MS) return
    if (isAsked) process.exit(1)
    isAsked = true
    askedAtMs = performance.now()
    log.info({ reason }, 'stopping')
    // The limits of the parts add up to less; this is for what none of them foresaw.
    setTimeout(() => process.exit(1), 9500).unref()
    void stop().then(
      () => process.exit(code),
      () => process.exit(1),
    )
  }
  process.on('SIGTERM', () => ask('SIGTERM', 0))
  process.on('SIGINT', () => ask('SIGINT', 0))
  process.on('uncaughtException', (error) => {
    const isLost = isDatabaseAway(error)
    if (isLost || isAsked) log.warn({ err: error }, isLost ? 'PostgreSQL is away' : 'while stopping')
    else {
      log.fatal({ err: error }, 'an error that nobody caught')
      ask('failure', 1)
    }
  })
  return { requestStop: () => (isAsked ? undefined : ask('failure', 1)) }
}
