import { Worker } from 'node:worker_threads'
import type { RenderDocument, RenderedDocument, RenderOrder } from '../core/documents/rendering.ts'
import type { PinoLog } from './log.ts'

/** What a thread answers: the file, or what went wrong. */
export type RenderAnswer =
  | { readonly ok: true; readonly rendered: RenderedDocument }
  | { readonly ok: false; readonly message: string }

type Waiting = {
  readonly order: RenderOrder
  readonly resolve: (rendered: RenderedDocument) => void
  readonly reject: (error: Error) => void
}

/** A thread that takes longer over one document is ended. */
const RENDER_LIMIT_MS = 120_000
/** Enough for an invoice of tens of thousands of lines, whose pages are held until their number is known. */
const MEMORY_MB = 1024
/** A thread is replaced after so many documents. */
const DOCUMENTS_MAX = 5000
/** A thread that has nothing to do is ended after this time and gives its memory back. */
const IDLE_MS = 60_000

/**
 * How long a thread rests after a document under full load, in times of what the document took: the busier the
 * processors, the longer that is.
 */
const RESTS = 10
const REST_MAX_MS = 1000

/** The compiled file beside this one, or its source where sources run. */
const FILE = new URL(`./document-thread.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`, import.meta.url)

/**
 * Renders documents in threads of their own, which parse the fonts once: by default as many as there are processors
 * less one, so that requests and events are served meanwhile. Threads are started when they are needed; one that dies
 * fails its document only, and the queue tries that again.
 */
export class DocumentThreads {
  private readonly log: PinoLog
  private readonly loadOf: () => number
  private readonly most: number
  private readonly idle: Thread[] = []
  private readonly threads = new Set<Thread>()
  private readonly waiting: Waiting[] = []
  private isStopped = false

  /**
   * @param loadOf how much else the process has to do now, from 0 to 1; documents leave the processors to that
   * @param most how many threads there are at once
   */
  constructor(log: PinoLog, loadOf: () => number, most: number) {
    this.log = log
    this.loadOf = loadOf
    this.most = most
  }

  readonly render: RenderDocument = async (order) => {
    if (this.isStopped) throw new Error('documents are not rendered any more')
    return new Promise((resolve, reject) => {
      this.waiting.push({ order, resolve, reject })
      this.next()
    })
  }

  /** Ends the threads; what they were rendering fails and is rendered after the next start. */
  async stop(): Promise<void> {
    this.isStopped = true
    for (const { reject } of this.waiting.splice(0)) reject(new Error('the server is stopping'))
    await Promise.all([...this.threads].map((thread) => thread.end()))
  }

  private next(): void {
    const [first] = this.waiting
    if (!first) return
    const thread = this.idle.pop() ?? this.startOne()
    if (!thread) return
    this.waiting.shift()
    const began = performance.now()
    void thread
      .render(first.order)
      .then(first.resolve, first.reject)
      .finally(() => {
        const restMs = Math.min(REST_MAX_MS, RESTS * this.loadOf() * (performance.now() - began))
        if (restMs > 0) setTimeout(() => this.free(thread), restMs).unref()
        else this.free(thread)
      })
  }

  private startOne(): Thread | undefined {
    if (this.threads.size >= this.most) return undefined
    const thread = new Thread((error) => {
      this.threads.delete(thread)
      const place = this.idle.indexOf(thread)
      if (place !== -1) this.idle.splice(place, 1)
      if (error !== null) this.log.warn({ err: error }, 'a thread of documents broke off')
      if (!this.isStopped) this.next()
    })
    this.threads.add(thread)
    return thread
  }

  private free(thread: Thread): void {
    if (this.isStopped || !this.threads.has(thread)) return
    if (thread.count >= DOCUMENTS_MAX) void thread.end()
    else {
      this.idle.push(thread)
      thread.endAfter(IDLE_MS)
    }
    this.next()
  }
}

/** One thread, which renders one document at a time. */
class Thread {
  count = 0
  private readonly worker: Worker
  private current: Pick<Waiting, 'resolve' | 'reject'> | null = null
  private timer: NodeJS.Timeout | undefined
  private failure: Error | null = null

  constructor(onEnd: (error: Error | null) => void) {
    this.worker = new Worker(FILE, { resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB } })
    // A thread without work must not keep the process alive.
    this.worker.unref()
    this.worker.on('message', (answer: RenderAnswer) => {
      if (answer.ok) this.settle((waiting) => waiting.resolve(answer.rendered))
      else this.settle((waiting) => waiting.reject(new Error(answer.message)))
    })
    this.worker.on('error', (error: Error) => {
      this.failure = error
    })
    this.worker.once('exit', () => {
      clearTimeout(this.timer)
      const error = this.failure ?? new Error('the thread of documents ended')
      this.settle((waiting) => waiting.reject(error))
      onEnd(this.failure)
    })
  }

  render(order: RenderOrder): Promise<RenderedDocument> {
    this.count += 1
    clearTimeout(this.timer)
    this.timer = setTimeout(() => {
      this.failure = new Error(`a document took longer than ${RENDER_LIMIT_MS} ms`)
      void this.end()
    }, RENDER_LIMIT_MS).unref()
    return new Promise((resolve, reject) => {
      this.current = { resolve, reject }
      this.worker.postMessage(order)
    })
  }

  endAfter(ms: number): void {
    clearTimeout(this.timer)
    this.timer = setTimeout(() => void this.end(), ms).unref()
  }

  async end(): Promise<void> {
    await this.worker.terminate()
  }

  private settle(how: (waiting: Pick<Waiting, 'resolve' | 'reject'>) => void): void {
    const { current } = this
    this.current = null
    if (current) how(current)
  }
}
