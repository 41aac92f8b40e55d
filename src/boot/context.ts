import type { Context, Log, Settings } from '../actions/context.ts'
import { systemClock } from '../store/clock.ts'
import type { Database } from '../store/database.ts'

/** What every action is given; its time is the process's own clock, which never runs backwards. */
export function createContext(parts: { database: Database; log: Log; settings: Settings }): Context {
  return { ...parts, systemNow: () => systemClock.now() }
}
