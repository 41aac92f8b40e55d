/** How many writes a customer may make at once, and how often it gets one more. */
const WRITES_MAX = 30
const REGAINED_EVERY_MS = 2000
/** Customers that are remembered; beyond them the one that has been quiet for longest is forgotten. */
const CUSTOMERS_MAX = 10_000

/** Told to a customer who writes more often than a person would. */
class TooManyWrites extends Error {
  readonly statusCode = 429
  readonly retryAfterSeconds = Math.ceil(REGAINED_EVERY_MS / 1000)

  constructor() {
    super('too many writes in the portal')
  }
}

/** The writes of customers in the portal, by customer, so that a new link does not give new ones. */
export class WriteShares {
  private readonly used = new Map<string, { readonly count: number; readonly at: number }>()

  /** Takes one write of a customer; throws when it has none left (429). */
  take(customerId: string): void {
    const now = performance.now()
    const known = this.used.get(customerId)
    const regained = known ? Math.floor((now - known.at) / REGAINED_EVERY_MS) : 0
    const count = Math.max(0, (known?.count ?? 0) - regained)
    if (count >= WRITES_MAX) throw new TooManyWrites()
    // What is left of a span that is not over counts towards the next one.
    const at = known && count > 0 ? known.at + regained * REGAINED_EVERY_MS : now
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
