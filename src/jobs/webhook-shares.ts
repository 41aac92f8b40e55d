import { deliveryFlags, endpointFlag, type SharedDelivery } from '../core/webhooks/delivery-flags.ts'

/** A receiver that takes longer counts as slow, until it responds faster. */
const SLOW_MS = 5000
const SLOW_KNOWN_MAX = 10_000

/**
 * Limits the share of a worker's slots for deliveries, so that receivers that never respond block neither other
 * receivers nor other jobs: all deliveries together leave one slot free, an organization gets half of the slots, an
 * endpoint a quarter, and all slow endpoints together a quarter, one each.
 */
export class WebhookShares {
  private readonly slots: number
  private readonly running = new Map<string, number>()
  private readonly slow = new Set<string>()

  constructor(slots: number) {
    this.slots = slots
  }

  /** Flags whose share is used up: a job with one of them must not start now. */
  usedUp(): string[] {
    const flags = [...this.running]
      .filter(([flag, count]) => count >= this.shareOf(flag))
      .map(([flag]) => flag)
    return this.slowRunning() < this.part(4) ? flags : [...new Set([...flags, ...this.slow])]
  }

  begin(delivery: SharedDelivery): void {
    for (const flag of deliveryFlags(delivery)) this.running.set(flag, (this.running.get(flag) ?? 0) + 1)
  }

  /** @param tookMs how long the delivery took, which decides whether its endpoint is slow */
  end(delivery: SharedDelivery, tookMs: number): void {
    for (const flag of deliveryFlags(delivery)) {
      const rest = (this.running.get(flag) ?? 0) - 1
      if (rest > 0) this.running.set(flag, rest)
      else this.running.delete(flag)
    }
    const endpoint = endpointFlag(delivery.endpointId)
    if (tookMs < SLOW_MS) this.slow.delete(endpoint)
    else if (this.slow.size < SLOW_KNOWN_MAX) this.slow.add(endpoint)
  }

  private slowRunning(): number {
    let sum = 0
    for (const endpoint of this.slow) sum += this.running.get(endpoint) ?? 0
    return sum
  }

  private shareOf(flag: string): number {
    if (flag === 'webhooks') return Math.max(1, this.slots - 1)
    if (flag.startsWith('organization:')) return this.part(2)
    return this.slow.has(flag) ? 1 : this.part(4)
  }

  private part(divisor: number): number {
    return Math.max(1, Math.floor(this.slots / divisor))
  }
}
