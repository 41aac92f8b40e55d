import { withoutSecrets } from '../../core/api-logs/redact.ts'
import { exactJson } from '../../core/metering/exact-json.ts'
import { insertApiLogs, type NewApiLog } from '../../store/api-logs.ts'
import type { Context } from '../context.ts'

/** A request that was answered. */
export type AnsweredCall = Omit<NewApiLog, 'requestBody'> & {
  /** The parsed body; undefined when there was none, or when it is too large to be kept. */
  readonly body: unknown
  readonly bodyBytes: number
}

const WRITE_EVERY_MS = 500
/** Requests in one statement. */
const BATCH = 200
/** What waits at most to be written; what comes beyond is dropped. */
const CALLS_MAX = 10_000
const BYTES_MAX = 32 * 1024 * 1024
const LOGGED_EVERY_MS = 60_000

/**
 * Collects the requests of this process and writes them in batches, so that no request waits for its log. What waits is
 * bounded: beyond that requests are dropped, counted in `dropped`, and reported in the server's log.
 */
export class CallLog {
  private readonly context: Context
  private waiting: AnsweredCall[] = []
  private bytes = 0
  private writing: Promise<void> | null = null
  private timer: NodeJS.Timeout | null = null
  private isClosed = false
  private unreported = 0
  private reportedAt = Number.NEGATIVE_INFINITY
  /** How many requests were not logged since the process started. */
  dropped = 0

  constructor(context: Context) {
    this.context = context
  }

  add(call: AnsweredCall): void {
    const bytes = bytesOf(call)
    if (this.isClosed || this.waiting.length >= CALLS_MAX || this.bytes + bytes > BYTES_MAX) {
      this.drop(1)
      return
    }
    this.waiting.push(call)
    this.bytes += bytes
    this.timer ??= setTimeout(() => void this.flush(), WRITE_EVERY_MS).unref()
  }

  /** Writes what waits; resolves when it is written, or when writing it has failed, which is tried again later. */
  flush(): Promise<void> {
    this.writing ??= this.write().finally(() => {
      this.writing = null
    })
    return this.writing
  }

  /** Writes what waits for the last time: the database may be gone after this. What is answered later is dropped. */
  async close(): Promise<void> {
    this.isClosed = true
    await this.flush()
    await this.flush()
    if (this.timer) clearTimeout(this.timer)
    this.timer = null
    if (this.waiting.length > 0) this.drop(this.waiting.length)
    this.report()
  }

  private async write(): Promise<void> {
    if (this.timer) clearTimeout(this.timer)
    this.timer = null
    while (this.waiting.length > 0) {
      const batch = this.waiting.slice(0, BATCH)
      try {
        await insertApiLogs(this.context.database, batch.map(toRow), this.context.systemNow())
      } catch (error) {
        this.context.log.warn({ err: error }, 'could not write the log of requests')
        if (this.isClosed) return
        this.timer = setTimeout(() => void this.flush(), LOGGED_EVERY_MS / 10).unref()
        return
      }
      this.waiting = this.waiting.slice(batch.length)
      this.bytes -= batch.reduce((sum, call) => sum + bytesOf(call), 0)
    }
    this.report()
  }

  private drop(count: number): void {
    this.dropped += count
    this.unreported += count
    if (performance.now() - this.reportedAt > LOGGED_EVERY_MS) this.report()
  }

  private report(): void {
    if (this.unreported === 0) return
    this.context.log.warn({ dropped: this.unreported }, 'requests were not logged: too many were waiting')
    this.unreported = 0
    this.reportedAt = performance.now()
  }
}

function bytesOf({ bodyBytes, requestResponse, requestPath }: AnsweredCall): number {
  return 500 + bodyBytes + requestPath.length + (requestResponse?.length ?? 0)
}

function toRow({ body, bodyBytes: _, ...call }: AnsweredCall): NewApiLog {
  return { ...call, requestBody: body === undefined ? null : exactJson(withoutSecrets(body)) }
}
