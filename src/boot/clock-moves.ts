import { setTimeout as sleep } from 'node:timers/promises'
import type { Context } from '../actions/context.ts'
import { takeUpMove } from '../actions/organizations/move-test-clock.ts'
import { abandonedMoves } from '../store/clock-moves.ts'
import type { PinoLog } from './log.ts'

const LOOK_EVERY_MS = 2000

/** Goes on with moves of sandbox clocks whose process died, at the start and from then on. */
export function keepClockMoves(context: Context, log: PinoLog): { readonly stop: () => Promise<void> } {
  const stopping = new AbortController()
  const look = async () => {
    for (const organizationId of await abandonedMoves(context.database)) {
      if (stopping.signal.aborted) return
      try {
        const isTaken = await takeUpMove(context, organizationId)
        if (isTaken) log.info({ organizationId }, 'the move of a sandbox clock was taken up and ended')
      } catch (error) {
        log.warn({ err: error, organizationId }, 'the move of a sandbox clock could not be ended yet')
      }
    }
  }
  const keeping = (async () => {
    while (!stopping.signal.aborted) {
      await look().catch((error: unknown) => {
        log.warn({ err: error }, 'moves of sandbox clocks could not be asked for')
      })
      await sleep(LOOK_EVERY_MS, undefined, { signal: stopping.signal, ref: false }).catch(() => undefined)
    }
  })()
  return {
    stop: async () => {
      stopping.abort()
      await keeping
    },
  }
}
