/** How many writes a customer may make at once, and how often it gets one more. */
export type Share = { readonly max: number; readonly regainedEveryMs: number }

export const OF_WRITES: Share = { max: 30, regainedEveryMs: 2000 }
/** Nobody needs several new links within a minute. */
export const OF_LINK_REQUESTS: Share = { max: 5, regainedEveryMs: 60_000 }
/** Customers that are remembered; beyond them the one that has been quiet for longest is forgotten. */
const CUSTOMERS_MAX = 10_000

/** Told to a customer who writes more often than a person would. */
class TooManyWrites extends Error {
  readonly statusCode = 429
  readonly retryAfterSeconds: number

  constructor({ regainedEveryMs }: Share) {
    super('too many writes in the portal')
    this.retryAfterSeconds = Math.ceil(regainedEveryMs / 1000)
  }
}

/** The writes of customers in the portal, by customer, so that a new link does not give new ones. */
export class WriteShares {
  private readonly share: Share
  private readonly used = new Map<string, { readonly count: number; readonly at: number }>()

  constructor(share: Share) {
    this.share = share
  }

  /** Takes one write of a customer; throws when it has none left (429). */
  take(customerId: string): void {
    const { max, regainedEveryMs } = this.share
    const now = performance.now()
    const known = this.used.get(customerId)
    const regained = known ? Math.floor((now - known.at) / regainedEveryMs) : 0
    const count = Math.max(0, (known?.count ?? 0) - regained)
    if (count >= max) throw new TooManyWrites(this.share)
    // What is left of a span that is not over counts towards the next one.
    const at = known && count > 0 ? known.at + regained * regainedEveryMs : now
    this.used.delete(customerId)
    this.used.set(customerId, { count: count + 1, at })
    if (this.used.size > CUSTOMERS_MAX) this.forgetOldest()
  }

  private forgetOldest(): void {
    for (const customerId of this.used.keys()) {
      this.used.delete(customerId)
      return
    }
  }
}
