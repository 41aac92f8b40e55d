import { foldUsage } from '../../store/events/ingest.ts'
import type { Context } from '../context.ts'

/** How long usage may wait, and how many rows, before it is folded; one fold handles 20,000. */
const FOLD_AFTER_MS = 10_000
const FOLD_ROWS = 18_000

type PendingFold = { rows: number; timer: NodeJS.Timeout | null; isFolding: boolean }

/**
 * Folds waiting usage in the background (docs/decisions/0005-usage-state-in-days-and-hours.md): a few seconds of
 * events share most of their buckets, so each bucket is written once for all of them. Results are correct without it.
 */
export class UsageFolds {
  private readonly context: Context
  private readonly organizations = new Map<string, PendingFold>()

  constructor(context: Context) {
    this.context = context
  }

  /** Records that events of an organization were stored, and how many rows are waiting. */
  note(organizationId: string, rows: number): void {
    let waiting = this.organizations.get(organizationId)
    const isFirst = waiting === undefined
    if (!waiting) {
      waiting = { rows: 0, timer: null, isFolding: false }
      this.organizations.set(organizationId, waiting)
    }
    waiting.rows += rows
    // A previous process may have left usage behind, so the first events trigger a fold too.
    if (rows === 0 && !isFirst) return
    if (waiting.rows >= FOLD_ROWS) this.fold(organizationId, waiting)
    else this.foldLater(organizationId, waiting)
  }

  /** Whether a fold is running, in which case direct updates of running state would wait for its row locks. */
  isFolding(organizationId: string): boolean {
    return this.organizations.get(organizationId)?.isFolding ?? false
  }

  private foldLater(organizationId: string, waiting: PendingFold): void {
    if (waiting.timer) return
    waiting.timer = setTimeout(() => {
      waiting.timer = null
      this.fold(organizationId, waiting)
    }, FOLD_AFTER_MS)
    waiting.timer.unref()
  }

  private fold(organizationId: string, waiting: PendingFold): void {
    if (waiting.isFolding) return
    waiting.isFolding = true
    waiting.rows = 0
    foldUsage(this.context.database, organizationId).then(
      (isMoreWaiting) => {
        waiting.isFolding = false
        if (isMoreWaiting) this.fold(organizationId, waiting)
        else if (waiting.rows > 0) this.foldLater(organizationId, waiting)
      },
      (error: unknown) => {
        waiting.isFolding = false
        this.context.log.warn({ err: error, organizationId }, 'waiting usage could not be added up yet')
        this.foldLater(organizationId, waiting)
      },
    )
  }
}
