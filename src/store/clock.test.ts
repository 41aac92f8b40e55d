import { describe, expect, it } from 'vitest'
import { instant } from '../core/calendar/instant.ts'
import { SteadyClock } from './clock.ts'

const HOUR_MS = 3_600_000

function clockAt(wallMs: number) {
  const time = { wall: wallMs, steady: 0 }
  const clock = new SteadyClock(
    () => time.wall,
    () => time.steady,
  )
  const pass = (ms: number) => {
    time.wall += ms
    time.steady += ms
  }
  return { clock, time, pass }
}

describe('the clock of a process', () => {
  it('is the system’s', () => {
    const { clock, time, pass } = clockAt(10 * HOUR_MS)
    expect(clock.now()).toBe(10 * HOUR_MS)
    pass(1234)
    expect(clock.now()).toBe(time.wall)
    time.wall += 5 * HOUR_MS
    expect(clock.now()).toBe(time.wall)
  })

  it('goes on at half its speed when the system’s is set back, until that has come up with it', () => {
    const { clock, time, pass } = clockAt(10 * HOUR_MS)
    time.wall -= 2 * HOUR_MS
    expect(clock.now()).toBe(10 * HOUR_MS)
    pass(HOUR_MS)
    expect(clock.now()).toBe(10.5 * HOUR_MS)
    pass(3 * HOUR_MS)
    expect(clock.now()).toBe(12 * HOUR_MS)
    pass(HOUR_MS)
    expect(clock.now()).toBe(time.wall)
  })

  it('never gives an earlier time than before, however the system’s jumps', () => {
    const { clock, time, pass } = clockAt(100 * HOUR_MS)
    let before = clock.now()
    for (const jump of [-3, 2, -0.001, 4, -50, 0, 1, -1]) {
      time.wall += jump * HOUR_MS
      pass(17.3)
      const now = clock.now()
      expect(now).toBeGreaterThanOrEqual(before)
      before = now
    }
  })

  it('goes on from where another process has been', () => {
    const { clock } = clockAt(10 * HOUR_MS)
    clock.notBefore(instant(11 * HOUR_MS))
    expect(clock.now()).toBe(11 * HOUR_MS)
    clock.notBefore(instant(9 * HOUR_MS))
    expect(clock.now()).toBe(11 * HOUR_MS)
  })
})
