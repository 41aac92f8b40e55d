import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { countRequest, requestCounter, watchRequests } from './request-meter.ts'

describe('the meter of requests', () => {
  it('tells a busy process from an idle one, also when the counter overflows', async () => {
    const counter = requestCounter()
    Atomics.store(counter, 0, 0x7fffffff - 5)
    const isBusy = watchRequests(counter)
    for (let request = 0; request < 1000; request += 1) countRequest(counter)
    await sleep(300)
    expect(isBusy()).toBe(true)
    expect(isBusy()).toBe(true)
    await sleep(300)
    expect(isBusy()).toBe(false)
    countRequest(counter)
    await sleep(300)
    expect(isBusy()).toBe(false)
  })
})
