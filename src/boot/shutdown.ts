import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from './log.ts'

/** One thing to end. `limitMs` is how long it may take before the next one is ended all the same. */
export type Ending = {
  readonly name: string
  readonly limitMs: number
  readonly end: (limitMs: number) => Promise<void>
}

/** Ends things in order, each within its limit; a failure is told and does not keep the rest from ending. */
export async function endInOrder(endings: readonly Ending[], log: Log): Promise<void> {
  for (const { name, limitMs, end } of endings) {
    const done = end(limitMs).then(
      () => 'done' as const,
      (error: unknown) => {
        log.error({ err: error, part: name }, 'a part did not end well')
        return 'done' as const
      },
    )
    const result = await Promise.race([done, sleep(limitMs, 'late' as const, { ref: false })])
    if (result === 'late') log.warn({ part: name, limitMs }, 'a part took too long to end')
  }
}

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
