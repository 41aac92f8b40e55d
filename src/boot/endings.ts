import { setTimeout as sleep } from 'node:timers/promises'
import type { PinoLog } from './log.ts'

/** One part to shut down. After `limitMs` the next one is shut down regardless. */
export type Ending = {
  readonly name: string
  readonly limitMs: number
  readonly end: (limitMs: number) => Promise<void>
}

/** Shuts parts down in order, each within its limit; failures are logged and do not stop the rest. */
async function endInOrder(endings: readonly Ending[], log: PinoLog): Promise<void> {
  for (const { name, limitMs, end } of endings) {
    const done = end(limitMs).then(
      () => 'done' as const,
      (error: unknown) => {
        log.error({ err: error, part: name }, 'a part failed to shut down')
        return 'done' as const
      },
    )
    const result = await Promise.race([done, sleep(limitMs, 'late' as const, { ref: false })])
    if (result === 'late') log.warn({ part: name, limitMs }, 'a part took too long to shut down')
  }
}

/** Shuts down everything started so far, in reverse order, once. */
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
