import type { Context, Log, Settings } from '../actions/context.ts'
import type { RenderDocument } from '../core/documents/rendering.ts'
import { systemClock } from '../store/clock.ts'
import type { Database } from '../store/database.ts'

/** What every action is given; its time is the process's own clock, which never runs backwards. */
export function createContext(parts: {
  database: Database
  log: Log
  settings: Settings
  /** Only processes that run jobs render. */
  renderDocument?: RenderDocument
}): Context {
  return { renderDocument: refuseToRender, ...parts, systemNow: () => systemClock.now() }
}

const refuseToRender: RenderDocument = async () => {
  throw new Error('documents are not rendered in this process or thread')
}
