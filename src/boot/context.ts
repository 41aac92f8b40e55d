import type { Context, Log, Settings } from '../actions/context.ts'
import { instant } from '../core/calendar/instant.ts'
import type { Database } from '../store/database.ts'

/** The only place that reads the system clock for the engine. */
export function createContext(parts: { database: Database; log: Log; settings: Settings }): Context {
  return { ...parts, systemNow: () => instant(Date.now()) }
}
