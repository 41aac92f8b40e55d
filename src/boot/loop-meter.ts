/** The load is looked at anew after this time. */
const WINDOW_MS = 250
/** Shares of the time in which the event loop was at work, from which on there is some load, and the most there is. */
const SOME = 0.5
const MOST = 0.9

/**
 * Tells how much this thread has to do, from 0 to 1; to be asked again and again. What documents cause by themselves, a
 * third of the time, is no load.
 */
export function watchLoop(): () => number {
  let since = performance.eventLoopUtilization()
  let at = performance.now()
  let load = 0
  return () => {
    if (performance.now() - at < WINDOW_MS) return load
    const { utilization } = performance.eventLoopUtilization(since)
    load = Math.min(1, Math.max(0, (utilization - SOME) / (MOST - SOME)))
    since = performance.eventLoopUtilization()
    at = performance.now()
    return load
  }
}
