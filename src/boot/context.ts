import type { Context, Counts, Log, Mailer, Settings } from '../actions/context.ts'
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
  /** Only a process with metrics counts. */
  counts?: Counts
  /** Only a process that runs jobs sends mails. */
  mail?: Mailer
}): Context {
  return {
    renderDocument: refuseToRender,
    counts: NO_COUNTS,
    mail: NO_MAILS,
    ...parts,
    systemNow: () => systemClock.now(),
  }
}

const NO_COUNTS: Counts = { documentsFailed: () => undefined, mailEnded: () => undefined }

const refuseToSend: Mailer['send'] = async () => {
  throw new Error('mails are not sent from this process or thread')
}
const NO_MAILS: Mailer = { send: refuseToSend, sink: refuseToSend }

const refuseToRender: RenderDocument = async () => {
  throw new Error('documents are not rendered in this process or thread')
}
