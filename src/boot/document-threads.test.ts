import { EventEmitter } from 'node:events'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { sampleInvoice } from '../../test/support/document-samples.ts'
import type { RenderOrder } from '../core/documents/rendering.ts'
import { DocumentThreads } from './document-threads.ts'
import type { PinoLog } from './log.ts'

/** Stands in for a thread: it answers what it is told to, or dies. */
class FakeWorker extends EventEmitter {
  static readonly all: FakeWorker[] = []
  readonly orders: RenderOrder[] = []
  constructor() {
    super()
    FakeWorker.all.push(this)
  }
  unref(): void {}
  postMessage(order: RenderOrder): void {
    this.orders.push(order)
  }
  answer(): void {
    const bytes = new TextEncoder().encode(this.orders.at(-1)?.subject)
    this.emit('message', { ok: true, rendered: { bytes, problems: [] } })
  }
  die(): void {
    this.emit('error', new Error('out of memory'))
    this.emit('exit', 1)
  }
  async terminate(): Promise<number> {
    this.emit('exit', 1)
    return 1
  }
}

vi.mock('node:worker_threads', () => ({
  Worker: class {
    constructor() {
      // biome-ignore lint/correctness/noConstructorReturn: what is constructed is the stand-in
      return new FakeWorker()
    }
  },
}))

const warned: unknown[] = []
const log = { warn: (fields: unknown) => warned.push(fields) } as unknown as PinoLog
const order = (subject: string): RenderOrder => ({ frozen: sampleInvoice(), subject, logo: null })
const tick = () => new Promise((resolve) => setImmediate(resolve))
const textOf = async (rendered: Promise<{ bytes: Uint8Array }>) =>
  new TextDecoder().decode((await rendered).bytes)

beforeEach(() => {
  FakeWorker.all.length = 0
  warned.length = 0
})

describe('the threads that render documents', () => {
  it('are as many as was said, and what they have no time for waits', async () => {
    const threads = new DocumentThreads(log, () => 0, 2)
    const files = ['a', 'b', 'c'].map((subject) => textOf(threads.render(order(subject))))
    await tick()
    expect(FakeWorker.all.map(({ orders }) => orders.map(({ subject }) => subject))).toEqual([['a'], ['b']])
    FakeWorker.all[1]?.answer()
    await tick()
    expect(FakeWorker.all.map(({ orders }) => orders.length)).toEqual([1, 2])
    for (const worker of FakeWorker.all) worker.answer()
    expect(await Promise.all(files)).toEqual(['a', 'b', 'c'])
    await threads.stop()
  })

  it('fail one document when they die, and another one goes on', async () => {
    const threads = new DocumentThreads(log, () => 0, 1)
    const failed = expect(threads.render(order('a'))).rejects.toThrow('out of memory')
    const file = textOf(threads.render(order('b')))
    await tick()
    FakeWorker.all[0]?.die()
    await failed
    await tick()
    expect([FakeWorker.all.length, warned.length]).toEqual([2, 1])
    FakeWorker.all[1]?.answer()
    expect(await file).toBe('b')
    await threads.stop()
  })

  it('rest between two documents as the process is busy', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
    try {
      let load = 0.5
      const threads = new DocumentThreads(log, () => load, 1)
      const files = ['a', 'b', 'c'].map((subject) => textOf(threads.render(order(subject))))
      await tick()
      vi.advanceTimersByTime(100)
      FakeWorker.all[0]?.answer()
      await tick()
      vi.advanceTimersByTime(499)
      expect(FakeWorker.all[0]?.orders.length).toBe(1)
      vi.advanceTimersByTime(1)
      expect(FakeWorker.all[0]?.orders.length).toBe(2)
      load = 0
      FakeWorker.all[0]?.answer()
      await tick()
      expect(FakeWorker.all[0]?.orders.length).toBe(3)
      FakeWorker.all[0]?.answer()
      expect(await Promise.all(files)).toEqual(['a', 'b', 'c'])
      await threads.stop()
    } finally {
      vi.useRealTimers()
    }
  })

  it('take nothing more when the server stops', async () => {
    const threads = new DocumentThreads(log, () => 0, 1)
    const running = expect(threads.render(order('a'))).rejects.toThrow()
    const waiting = expect(threads.render(order('b'))).rejects.toThrow('the server is stopping')
    await tick()
    await threads.stop()
    await running
    await waiting
    await expect(threads.render(order('c'))).rejects.toThrow('documents are not rendered any more')
  })
})
