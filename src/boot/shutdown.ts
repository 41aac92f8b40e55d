import type { Log } from './log.ts'

/**
 * Ends the program on SIGTERM and SIGINT, once, through `stop`; a second signal ends it at once.
 * Code 0 after an orderly end. `requestStop` does the same from inside, with code 1.
 */
export function stopOnSignals(stop: () => Promise<void>, log: Log): { requestStop: () => void } {
  let isAsked = false
  const ask = (reason: string, code: number) => {
    if (isAsked) process.exit(1)
    isAsked = true
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
  return { requestStop: () => ask('failure', 1) }
}
