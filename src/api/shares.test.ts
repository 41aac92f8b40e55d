import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ShareIsUsedUp, Shares, WAIT_MAX_MS, WAITING_MAX } from './shares.ts'

describe('shares of the connections', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  function world(places: number) {
    const time = { ms: 0 }
    const shares = new Shares(places, () => time.ms)
    const inside: Record<string, (() => void)[]> = {}
    const refused: Record<string, number> = {}
    const ask = (who: string, times = 1) => {
      for (let n = 0; n < times; n += 1) {
        shares.enter(who).then(
          (leave) => {
            inside[who] = [...(inside[who] ?? []), leave]
          },
          (error: unknown) => {
            expect(error).toBeInstanceOf(ShareIsUsedUp)
            refused[who] = (refused[who] ?? 0) + 1
          },
        )
      }
    }
    const leave = (who: string) => inside[who]?.shift()?.()
    const settle = () => vi.advanceTimersByTimeAsync(0)
    const count = (who: string) => inside[who]?.length ?? 0
    return { time, shares, ask, leave, settle, count, refused }
  }

  it('one that is alone has all places', async () => {
    const { ask, settle, count } = world(10)
    ask('a', 15)
    await settle()
    expect(count('a')).toBe(10)
  })

  it('one that others ask beside has its share, and they get in at once', async () => {
    const { ask, settle, count, leave, time } = world(10)
    ask('a', 30)
    ask('b')
    await settle()
    expect([count('a'), count('b')]).toEqual([10, 0])
    leave('a')
    await settle()
    expect([count('a'), count('b')]).toEqual([9, 1])
    for (let n = 0; n < 9; n += 1) leave('a')
    await settle()
    expect(count('a')).toBe(2)
    leave('b')
    leave('a')
    await settle()
    expect(count('a')).toBe(2)
    // Once the other one has asked nothing for a while, all places are its own again.
    time.ms += 5000
    leave('a')
    await settle()
    expect(count('a')).toBe(10)
  })

  it('refuses what is beyond those that may wait, and those that wait too long', async () => {
    const { ask, settle, refused, count } = world(1)
    ask('a', WAITING_MAX + 3)
    await settle()
    expect([count('a'), refused.a]).toEqual([1, 2])
    await vi.advanceTimersByTimeAsync(WAIT_MAX_MS)
    expect(refused.a).toBe(WAITING_MAX + 2)
  })

  it('gives a place back once, however often it is told to', async () => {
    const { shares } = world(1)
    const leave = await shares.enter('a')
    leave()
    leave()
    const second = await shares.enter('a')
    let isIn = false
    void shares.enter('a').then(() => {
      isIn = true
    })
    await vi.advanceTimersByTimeAsync(1)
    expect(isIn).toBe(false)
    second()
    await vi.advanceTimersByTimeAsync(1)
    expect(isIn).toBe(true)
  })
})
