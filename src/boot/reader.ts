import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import type { Settings } from '../actions/context.ts'
import type { LongAnswer, LongRead, ReadElsewhere } from '../api/long-reads.ts'
import { Unavailable } from '../store/unavailable.ts'
import type { PinoLog } from './log.ts'

/** Long reads that are in the database at once; they are computed one after the other. */
export const READER_CONNECTIONS = 4

/** What the thread is started with. */
export type ReaderData = {
  readonly databaseUrl: string
  readonly settings: Settings
  readonly log: { readonly level: string; readonly isTerminal: boolean }
}

export type ReaderOrder =
  | { readonly kind: 'read'; readonly id: number; readonly read: LongRead }
  | { readonly kind: 'stop' }

export type ReaderMessage =
  | { readonly kind: 'ready' }
  /** The answer to a read; null when it could not be made. */
  | { readonly kind: 'answer'; readonly id: number; readonly answer: LongAnswer | null }

type Waiting = { readonly resolve: (answer: LongAnswer) => void; readonly reject: (error: Error) => void }

const STOP_LIMIT_MS = 2000

/** The compiled file beside this one, or its source where sources run. */
const FILE = new URL(`./reader-thread.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`, import.meta.url)

/**
 * Answers long reads in a thread of its own with database connections of its own. The thread is started once one is
 * expected, and again by the next one when it has ended by itself.
 */
export class Reader implements ReadElsewhere {
  private readonly data: ReaderData
  private readonly log: PinoLog
  private readonly waiting = new Map<number, Waiting>()
  private thread: Worker | null = null
  private hasStarted = false
  private last = 0

  constructor(data: ReaderData, log: PinoLog) {
    this.data = data
    this.log = log
  }

  prepare(): void {
    if (!this.thread) this.start()
  }

  isReady(): boolean {
    return this.thread !== null && this.hasStarted
  }

  read(read: LongRead): Promise<LongAnswer> {
    const thread = this.thread ?? this.start()
    this.last += 1
    const id = this.last
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject })
      thread.postMessage({ kind: 'read', id, read } satisfies ReaderOrder)
    })
  }

  /** Ends the thread; what it still answers is told to come back later. */
  async stop(): Promise<void> {
    const { thread } = this
    if (!thread) return
    const ended = new Promise<void>((resolve) => thread.once('exit', () => resolve()))
    thread.postMessage({ kind: 'stop' } satisfies ReaderOrder)
    await Promise.race([ended, sleep(STOP_LIMIT_MS, undefined, { ref: false })])
    await thread.terminate()
  }

  private start(): Worker {
    const thread = new Worker(FILE, { workerData: this.data })
    this.thread = thread
    this.hasStarted = false
    thread.on('message', (message: ReaderMessage) => {
      if (message.kind === 'ready') {
        this.hasStarted = true
        return
      }
      const { id, answer } = message
      const waiting = this.waiting.get(id)
      this.waiting.delete(id)
      if (answer) waiting?.resolve(answer)
      else waiting?.reject(new Unavailable('a long read could not be answered'))
    })
    thread.on('error', (error) => this.log.error({ err: error }, 'the thread of long reads broke off'))
    thread.once('exit', () => {
      if (this.thread === thread) this.thread = null
      for (const { reject } of this.waiting.values())
        reject(new Unavailable('the thread of long reads ended'))
      this.waiting.clear()
    })
    return thread
  }
}
