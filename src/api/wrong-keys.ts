import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyRequest } from 'fastify'
import type { Context } from '../actions/context.ts'
import { Refusal } from '../core/refusal.ts'

/** How many wrong keys an address may send before it is slowed down, and how often it gets one more. */
const WRONG_MAX = 10
const FORGIVEN_EVERY_MS = 6000
/** How long the refusal of a wrong key takes then. */
const SLOW_MS = 1000
/** Addresses that are remembered; beyond them the oldest is forgotten. */
const ADDRESSES_MAX = 10_000
const LOGGED_EVERY_MS = 60_000

/** Told to an address that has sent too many wrong keys. */
export class TooManyGuesses extends Error {
  readonly statusCode = 429
  readonly retryAfterSeconds: number

  constructor(retryAfterSeconds: number) {
    super('too many wrong keys')
    this.retryAfterSeconds = retryAfterSeconds
  }
}

type Guesser = { wrong: number; at: number; loggedAt: number; unlogged: number }

/**
 * Counts wrong keys by the address of the connection, because forwarded headers can be forged. Logs them without the
 * keys, at most once per minute and address.
 */
export class WrongKeys {
  private readonly context: Context
  private readonly what: string
  private readonly guessers = new Map<string, Guesser>()

  constructor(context: Context, what: string) {
    this.context = context
    this.what = what
  }

  /** Throws `TooManyGuesses` for an address that has been wrong too often of late. */
  refuseTooMany(request: FastifyRequest): void {
    const wrong = this.wrongOf(addressOf(request))
    if (wrong < WRONG_MAX) return
    throw new TooManyGuesses(Math.ceil(((wrong - WRONG_MAX + 1) * FORGIVEN_EVERY_MS) / 1000))
  }

  /** Notes a wrong key; gives how many the address has sent of late. */
  count(request: FastifyRequest): number {
    const address = addressOf(request)
    const now = performance.now()
    const known = this.guessers.get(address)
    const guesser = known ?? { wrong: 0, at: now, loggedAt: Number.NEGATIVE_INFINITY, unlogged: 0 }
    guesser.wrong = this.wrongOf(address) + 1
    guesser.at = now
    guesser.unlogged += 1
    this.guessers.delete(address)
    this.guessers.set(address, guesser)
    if (this.guessers.size > ADDRESSES_MAX) this.forgetOldest()
    if (now - guesser.loggedAt >= LOGGED_EVERY_MS) {
      this.context.log.warn({ address, times: guesser.unlogged }, `${this.what} was wrong`)
      guesser.loggedAt = now
      guesser.unlogged = 0
    }
    return guesser.wrong
  }

  /** What a look-up gives. Its refusal of a wrong key is noted, and comes late to an address with too many of them. */
  async slowly<T>(request: FastifyRequest, lookUp: Promise<T>): Promise<T> {
    try {
      return await lookUp
    } catch (error) {
      const isWrong = error instanceof Refusal && error.problem.kind === 'unauthorized'
      if (isWrong && this.count(request) > WRONG_MAX) await sleep(SLOW_MS, undefined, { ref: false })
      throw error
    }
  }

  private wrongOf(address: string): number {
    const guesser = this.guessers.get(address)
    if (!guesser) return 0
    return Math.max(0, guesser.wrong - Math.floor((performance.now() - guesser.at) / FORGIVEN_EVERY_MS))
  }

  private forgetOldest(): void {
    for (const address of this.guessers.keys()) {
      this.guessers.delete(address)
      return
    }
  }
}

function addressOf(request: FastifyRequest): string {
  return request.raw.socket.remoteAddress ?? 'unknown'
}
