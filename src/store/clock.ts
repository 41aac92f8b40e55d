import { type Instant, instant } from '../core/calendar/instant.ts'

/** How fast time goes by while the system's clock is behind what was told already. */
const BEHIND_RATE = 0.5

/** Milliseconds of a clock: of the calendar since the epoch, or of a steady one since anything. */
type Milliseconds = () => number

/**
 * The system's time, except that it never runs backwards: when the system's clock is set back, time goes on at half its
 * speed until the system's clock has come up with it, so that what happens later is later in what is stored, too.
 */
export class SteadyClock {
  private readonly wall: Milliseconds
  private readonly steady: Milliseconds
  private last: number
  private lookedAt: number

  constructor(wall: Milliseconds = () => Date.now(), steady: Milliseconds = () => performance.now()) {
    this.wall = wall
    this.steady = steady
    this.last = wall()
    this.lookedAt = steady()
  }

  now(): Instant {
    const lookedAt = this.steady()
    const passed = Math.max(0, lookedAt - this.lookedAt)
    this.lookedAt = lookedAt
    const wall = this.wall()
    this.last = wall >= this.last ? wall : this.last + passed * BEHIND_RATE
    return instant(Math.floor(this.last))
  }

  /** Goes on from an instant that another process has reached, unless it is later here already. */
  notBefore(at: Instant): void {
    this.last = Math.max(this.last, at)
  }
}

/** What the system's clock says, even when it was set back: for comparing with times that others have told. */
export function wallTime(): Instant {
  return instant(Date.now())
}

/** The one clock of this process (of this thread, where there are several). */
export const systemClock = new SteadyClock()
