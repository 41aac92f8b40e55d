import { randomFillSync } from 'node:crypto'
import { systemClock } from './clock.ts'

let lastMs = 0
let counter = 0
/** Getting 8 random bytes costs as much as getting a page of them. */
const pool = Buffer.alloc(4096)
let used = pool.length

function randomEight(): Buffer {
  if (used === pool.length) {
    randomFillSync(pool)
    used = 0
  }
  used += 8
  return pool.subarray(used - 8, used)
}

/**
 * A UUID of version 7. Ids from one process are strictly increasing, even within a millisecond, so they show the
 * order of arrival.
 */
export function newId(nowMs: number = systemClock.now()): string {
  const ms = Math.max(nowMs, lastMs)
  // 12 bits of rand_a and the top of rand_b count within a millisecond; an overflow borrows the next one.
  if (ms === lastMs) counter += 1
  else counter = 0
  if (counter > 0xfffff) {
    counter = 0
    lastMs = ms + 1
  } else lastMs = ms
  const random = randomEight()
  const time = lastMs.toString(16).padStart(12, '0')
  const high = (0x7000 | (counter >> 8)).toString(16)
  random[0] = 0x80 | ((counter >> 2) & 0x3f)
  random[1] = ((counter & 0x03) << 6) | ((random[1] ?? 0) & 0x3f)
  const low = random.toString('hex')
  return `${time.slice(0, 8)}-${time.slice(8)}-${high}-${low.slice(0, 4)}-${low.slice(4)}`
}

/** An id that is not after any that is made at an instant of the system's clock or later. */
export function idAt(ms: number): string {
  const time = ms.toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-000000000000`
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** Whether a text has the form of a UUID; anything else counts as not found without a lookup. */
export function isId(text: string): boolean {
  return UUID.test(text)
}
