import { setTimeout as sleep } from 'node:timers/promises'
import type { PinoLog } from './log.ts'

/** One thing to end. `limitMs` is how long it may take before the next one is ended all the same. */
export type Ending = {
  readonly name: string
  readonly limitMs: number
  readonly end: (limitMs: number) => Promise<void>
}

/** Ends things in order, each within its limit; a failure is told and does not keep the rest from ending. */
async function endInOrder(endings: readonly Ending[], log: PinoLog): Promise<void> {
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

/** Ends what a start has begun so far, last begun first, once. */
export class Endings {
  private readonly list: Ending[] = []
  private ending: Promise<void> | null = null

  add(name: string, limitMs: number, end: Ending['end']): void {
    this.list.unshift({ name, limitMs, end })
  }

  run(log: PinoLog): Promise<void> {
    this.ending ??= endInOrder(this.list, log)
    return this.ending
  }
}
