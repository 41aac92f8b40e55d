/** Requests of one organization that may wait; what comes beyond is refused at once. */
export const WAITING_MAX = 200
/** How long one of them waits before it is refused. */
export const WAIT_MAX_MS = 30_000
/** An organization that asked nothing for that long leaves its share to the others. */
const ACTIVE_MS = 2000
/** The part of all places that one organization has while others ask too. */
const SHARE = 0.2

/** Refused because the organization has too many requests under way. */
export class ShareIsUsedUp extends Error {
  readonly statusCode = 429
  readonly retryAfterSeconds = 1

  constructor() {
    // Without its stack, which tells nothing here and costs more than the refusal.
    const { stackTraceLimit } = Error
    Error.stackTraceLimit = 0
    super('too many requests of the organization are under way')
    Error.stackTraceLimit = stackTraceLimit
  }
}

type Waiting = { readonly enter: () => void; readonly since: number }
type Lane = { inside: number; readonly waiting: Waiting[]; activeAt: number }

/**
 * Places for requests that use the database, shared between organizations: alone, one may have all of them; while
 * others ask too, each has its share, and the rest of its requests wait in their order. Organizations take turns for a
 * place that gets free.
 */
export class Shares {
  private readonly places: number
  private readonly share: number
  private readonly now: () => number
  private readonly lanes = new Map<string, Lane>()
  private inside = 0

  /**
   * @param places requests that may be under way together
   * @param now a clock in ms that never goes back
   */
  constructor(places: number, now: () => number = () => performance.now()) {
    this.places = Math.max(1, places)
    this.share = Math.max(1, Math.floor(this.places * SHARE))
    this.now = now
  }

  /**
   * Waits for a place of an organization; gives what gives it back, which does nothing when called again. Throws
   * `ShareIsUsedUp` when too many wait already, or when it takes too long.
   */
  async enter(organizationId: string): Promise<() => void> {
    const lane = this.laneOf(organizationId)
    lane.activeAt = this.now()
    if (lane.waiting.length > 0 || !this.hasPlace(organizationId, lane)) {
      if (lane.waiting.length >= WAITING_MAX) throw new ShareIsUsedUp()
      await this.wait(lane)
    } else this.take(lane)
    let isInside = true
    return () => {
      if (!isInside) return
      isInside = false
      lane.inside -= 1
      lane.activeAt = this.now()
      this.inside -= 1
      this.admit()
    }
  }

  private wait(lane: Lane): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        since: this.now(),
        enter: () => {
          clearTimeout(timer)
          resolve()
        },
      }
      const timer = setTimeout(() => {
        lane.waiting.splice(lane.waiting.indexOf(waiting), 1)
        reject(new ShareIsUsedUp())
      }, WAIT_MAX_MS)
      lane.waiting.push(waiting)
    })
  }

  private take(lane: Lane): void {
    lane.inside += 1
    this.inside += 1
  }

  private laneOf(organizationId: string): Lane {
    const known = this.lanes.get(organizationId)
    if (known) return known
    const lane = { inside: 0, waiting: [], activeAt: this.now() }
    this.lanes.set(organizationId, lane)
    return lane
  }

  private hasPlace(organizationId: string, lane: Lane): boolean {
    if (this.inside >= this.places) return false
    return lane.inside < this.share || !this.isContested(organizationId)
  }

  /** Whether another organization asks now or did so a moment ago; forgets those that have not for long. */
  private isContested(organizationId: string): boolean {
    const since = this.now() - ACTIVE_MS
    for (const [id, lane] of this.lanes) {
      if (id === organizationId) continue
      if (lane.inside > 0 || lane.waiting.length > 0 || lane.activeAt > since) return true
      this.lanes.delete(id)
    }
    return false
  }

  /** Lets in whoever waits and has a place, the organizations in turn. */
  private admit(): void {
    for (let isAdmitted = true; isAdmitted; ) {
      isAdmitted = false
      for (const [id, lane] of [...this.lanes]) {
        const [next] = lane.waiting
        if (!next || !this.hasPlace(id, lane)) continue
        lane.waiting.shift()
        this.take(lane)
        next.enter()
        isAdmitted = true
        // Behind all others for the next place.
        this.lanes.delete(id)
        this.lanes.set(id, lane)
      }
    }
  }
}
