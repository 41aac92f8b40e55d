import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { watchLoop } from './loop-meter.ts'

const WINDOW_MS = 300

describe('the meter of the event loop', () => {
  it('tells a thread at work from one that waits', async () => {
    const loadOf = watchLoop()
    await sleep(WINDOW_MS)
    expect(loadOf()).toBe(0)
    for (const until = performance.now() + 2 * WINDOW_MS; performance.now() < until; );
    await sleep(1)
    expect(loadOf()).toBeGreaterThan(0.5)
    expect(loadOf()).toBeGreaterThan(0.5)
    await sleep(WINDOW_MS)
    expect(loadOf()).toBe(0)
  })
})
