import type { UsageDefinitions } from '../../store/events/definitions.ts'
import type { Context } from '../context.ts'
import { claimsOf, type Unit } from './arrivals.ts'
import { HourCuts } from './hour-cuts.ts'
import { storeUnits } from './store-units.ts'
import { UsageCatalogue } from './usage-catalogue.ts'
import { UsageFolds } from './usage-folds.ts'

/** Events per statement: large enough to share a commit, small enough not to delay the others. */
const FLUSH_EVENTS_MAX = 1000
/** The most waiting events, per organization and in total. */
const LANE_EVENTS_MAX = 10_000
const DOOR_EVENTS_MAX = 50_000
/**
 * The most body bytes of one organization being parsed or waiting: a flood's first wave arrives before any of its
 * events are counted.
 */
const LANE_BYTES_MAX = 2 * 1024 * 1024
/** Concurrent statements over all organizations; the rest of the pool serves everything else. */
const FLIGHTS_MAX = 6

/** Thrown when a request's events would have to wait too long. */
export class DoorIsFull extends Error {
  readonly statusCode = 429
  readonly retryAfterSeconds = 1
  /** The most events that may wait per organization. */
  readonly limit = LANE_EVENTS_MAX
  readonly remaining: number

  constructor(remaining: number) {
    // Without a stack trace, which is useless here and under load costs more than the rejection itself.
    const { stackTraceLimit } = Error
    Error.stackTraceLimit = 0
    super('too many events are waiting')
    Error.stackTraceLimit = stackTraceLimit
    this.remaining = remaining
  }
}

/** The number of waiting events at which another concurrent statement starts for the same organization. */
const NEXT_FLIGHT_EVENTS = 100
const LANE_FLIGHTS_MAX = 3
const FLIGHT_NUMBERS = Array.from({ length: LANE_FLIGHTS_MAX }, (_, number) => number)
/** Writer numbers of processes are below this; further statements of a lane use numbers above it. */
const WRITERS = 16

/** An admitted request. */
export type Visit = {
  /** Counts further bytes of its body; throws `DoorIsFull` when the limit is exceeded. */
  readonly grow: (bytes: number) => void
  /** Call this once the request is answered or aborted; further calls do nothing. */
  readonly leave: () => void
}

type Lane = { readonly queue: Unit[]; waiting: number; isInTurn: boolean; readonly flights: Set<number> }

/**
 * Queues events for storing. A request of an idle organization is stored immediately; those that arrive while a
 * statement runs share the next one. Organizations take turns.
 */
export class Door {
  private readonly context: Context
  private readonly catalogue: UsageCatalogue
  private readonly folds: UsageFolds
  private readonly cuts: HourCuts
  private readonly lanes = new Map<string, Lane>()
  /** Organizations with waiting events that may start another statement, in turn. */
  private readonly turns: string[] = []
  private readonly bytesInside = new Map<string, number>()
  private waiting = 0
  private flights = 0

  constructor(context: Context) {
    this.context = context
    this.catalogue = new UsageCatalogue(context.database)
    this.folds = new UsageFolds(context)
    this.cuts = new HourCuts(context)
  }

  /** This process's cached definitions for storing an organization's events. */
  definitionsOf(organizationId: string): Promise<UsageDefinitions> {
    return this.catalogue.definitionsOf(organizationId)
  }

  /** Queues a request; throws `DoorIsFull` instead of letting it wait without limit. */
  enter(unit: Unit): void {
    const lane = this.laneOf(unit.organizationId)
    const size = unit.events.length
    if (lane.waiting > 0 && lane.waiting + size > LANE_EVENTS_MAX) {
      throw new DoorIsFull(Math.max(0, LANE_EVENTS_MAX - lane.waiting))
    }
    if (this.waiting > 0 && this.waiting + size > DOOR_EVENTS_MAX) throw new DoorIsFull(0)
    lane.queue.push(unit)
    lane.waiting += size
    this.waiting += size
    // Include everything that has already arrived in this turn of the event loop.
    if (this.getInTurn(unit.organizationId, lane)) setImmediate(() => this.takeTurns())
  }

  /**
   * Admits a request before its body is read; throws `DoorIsFull` when too much of the organization's data is being
   * read or waiting.
   *
   * @param bytes how much of the body has arrived so far
   */
  admit(organizationId: string, bytes: number): Visit {
    const room = LANE_EVENTS_MAX - (this.lanes.get(organizationId)?.waiting ?? 0)
    if (room <= 0) throw new DoorIsFull(0)
    let own = 0
    let isInside = true
    const grow = (more: number): void => {
      const inside = this.bytesInside.get(organizationId) ?? 0
      // A single request may be as large as a body can be.
      if (!isInside || (inside > own && inside + more > LANE_BYTES_MAX)) throw new DoorIsFull(0)
      own += more
      this.bytesInside.set(organizationId, inside + more)
    }
    const leave = (): void => {
      if (!isInside) return
      isInside = false
      const rest = (this.bytesInside.get(organizationId) ?? 0) - own
      if (rest > 0) this.bytesInside.set(organizationId, rest)
      else this.bytesInside.delete(organizationId)
    }
    grow(bytes)
    return { grow, leave }
  }

  /** Whether this call added the lane to the turns. */
  private getInTurn(organizationId: string, lane: Lane): boolean {
    const least = lane.flights.size === 0 ? 1 : NEXT_FLIGHT_EVENTS
    if (lane.isInTurn || lane.flights.size >= LANE_FLIGHTS_MAX || lane.waiting < least) return false
    lane.isInTurn = true
    this.turns.push(organizationId)
    return true
  }

  private laneOf(organizationId: string): Lane {
    const known = this.lanes.get(organizationId)
    if (known) return known
    const lane = { queue: [], waiting: 0, isInTurn: false, flights: new Set<number>() }
    this.lanes.set(organizationId, lane)
    return lane
  }

  private takeTurns(): void {
    while (this.flights < FLIGHTS_MAX) {
      const organizationId = this.turns.shift()
      if (organizationId === undefined) return
      const lane = this.laneOf(organizationId)
      lane.isInTurn = false
      const number = FLIGHT_NUMBERS.find((each) => !lane.flights.has(each)) ?? 0
      lane.flights.add(number)
      this.flights += 1
      const units = this.take(lane)
      const { context, catalogue, folds, cuts } = this
      storeUnits(
        { context, catalogue, folds, cuts, writer: context.settings.writer + WRITERS * number },
        units,
      )
        .catch((error: unknown) => {
          for (const unit of units) unit.reject(error)
        })
        .finally(() => this.land(organizationId, lane, number))
      this.getInTurn(organizationId, lane)
    }
  }

  private land(organizationId: string, lane: Lane, number: number): void {
    this.flights -= 1
    lane.flights.delete(number)
    if (lane.queue.length === 0 && lane.flights.size === 0) this.lanes.delete(organizationId)
    else this.getInTurn(organizationId, lane)
    this.takeTurns()
  }

  /** The next requests of a lane, in order; one with a key of another request waits for that one's outcome. */
  private take(lane: Lane): Unit[] {
    const taken: Unit[] = []
    const later: Unit[] = []
    const claimed = new Set<string>()
    let size = 0
    let next = 0
    for (; next < lane.queue.length; next += 1) {
      const unit = lane.queue[next]
      if (!unit || (size > 0 && size + unit.events.length > FLUSH_EVENTS_MAX)) break
      const claims = claimsOf(unit)
      if (claims.some((claim) => claimed.has(claim))) {
        later.push(unit)
        continue
      }
      for (const claim of claims) claimed.add(claim)
      taken.push(unit)
      size += unit.events.length
    }
    lane.queue.splice(0, next, ...later)
    lane.waiting -= size
    this.waiting -= size
    return taken
  }
}

const doors = new WeakMap<Context, Door>()

/** This process's queue. */
export function doorOf(context: Context): Door {
  const known = doors.get(context)
  if (known) return known
  const door = new Door(context)
  doors.set(context, door)
  return door
}
