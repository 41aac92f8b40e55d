/** Seeded random numbers: the same seed gives the same life on every machine. */
export type Chance = {
  /** A number from 0 (included) to 1 (excluded). */
  readonly next: () => number
  /** A whole number; both ends are possible. */
  readonly int: (from: number, to: number) => number
  readonly pick: <T>(list: readonly T[]) => T
  /** True with this probability. */
  readonly often: (probability: number) => boolean
  /** A decimal text from 0 to `max` with at most so many decimals. */
  readonly decimal: (max: number, digits: number) => string
  /** So many different elements, in random order. */
  readonly some: <T>(list: readonly T[], count: number) => T[]
}

/** mulberry32: small, fast, and good enough to spread lives. */
export function chanceOf(seed: number): Chance {
  let state = Math.imul(seed, 0x9e3779b1) >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const int = (from: number, to: number) => from + Math.floor(next() * (to - from + 1))
  const some = <T>(list: readonly T[], count: number): T[] => {
    const rest = [...list]
    return Array.from({ length: Math.min(count, list.length) }, () => {
      const [taken] = rest.splice(int(0, rest.length - 1), 1)
      return taken as T
    })
  }
  return {
    next,
    int,
    some,
    pick: <T>(list: readonly T[]) => list[int(0, list.length - 1)] as T,
    often: (probability) => next() < probability,
    decimal: (max, digits) => {
      const text = (int(0, max * 10 ** digits) / 10 ** digits).toFixed(digits)
      return text.includes('.') ? text.replace(/\.?0+$/, '') : text
    },
  }
}
