import { setTimeout as sleep } from 'node:timers/promises'
import type { Context } from '../actions/context.ts'
import { DAY_MS } from '../core/calendar/instant.ts'
import { systemClock } from '../store/clock.ts'
import type { Database } from '../store/database.ts'
import { keepLatestTime, readLatestTime } from '../store/system-clock.ts'
import type { PinoLog } from './log.ts'

const KEEP_EVERY_MS = 5000
/** A system's clock that is further behind was wrong before, and is believed. */
const BEHIND_MAX_MS = DAY_MS

/**
 * Lets time go on from where this or another process has been, when the system's clock is behind that by less than a
 * day: what is stored from here on is not earlier than what is stored already.
 */
export async function goOnFromLatestTime(database: Database, log: PinoLog): Promise<void> {
  const latest = await readLatestTime(database)
  if (latest === undefined) return
  const behindMs = latest - systemClock.now()
  if (behindMs <= 0) return
  if (behindMs > BEHIND_MAX_MS) {
    log.error(
      { behindMs },
      'the system clock is more than a day behind the latest time of the database; it is believed',
    )
    return
  }
  if (behindMs > KEEP_EVERY_MS) {
    log.warn({ behindMs }, 'the system clock is behind; time goes on slowly until it has come up')
  }
  systemClock.notBefore(latest)
}

/** Keeps the present every few seconds, for processes that start later. */
export function keepTime(context: Context, log: PinoLog): { readonly stop: () => Promise<void> } {
  const stopping = new AbortController()
  const keeping = (async () => {
    while (!stopping.signal.aborted) {
      await keepLatestTime(context.database, context.systemNow()).catch((error: unknown) => {
        log.warn({ err: error }, 'the present could not be kept; it is tried again')
      })
      await sleep(KEEP_EVERY_MS, undefined, { signal: stopping.signal, ref: false }).catch(() => undefined)
    }
  })()
  return {
    stop: async () => {
      stopping.abort()
      await keeping
    },
  }
}
