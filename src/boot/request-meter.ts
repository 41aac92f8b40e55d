/** The rate of requests, per second, from which on they come before due work. */
const BUSY_PER_SECOND = 20
/** The rate is looked at anew after this time. */
const WINDOW_MS = 250

/** A counter of requests in memory that threads share. */
export type RequestCounter = Int32Array<SharedArrayBuffer>

export function requestCounter(): RequestCounter {
  return new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
}

export function countRequest(counter: RequestCounter): void {
  Atomics.add(counter, 0, 1)
}

/** Tells whether the process has answered many requests lately; to be asked again and again. */
export function watchRequests(counter: RequestCounter): () => boolean {
  let seen = Atomics.load(counter, 0)
  let since = performance.now()
  let isBusy = false
  return () => {
    const now = performance.now()
    if (now - since < WINDOW_MS) return isBusy
    const count = Atomics.load(counter, 0)
    // The difference is right even after the counter has overflowed.
    isBusy = ((count - seen) | 0) >= (BUSY_PER_SECOND * (now - since)) / 1000
    seen = count
    since = now
    return isBusy
  }
}
