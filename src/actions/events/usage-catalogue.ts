import type { Instant } from '../../core/calendar/instant.ts'
import type { Expression } from '../../core/metering/expression-parser.ts'
import { parseExpression } from '../../core/metering/expression-parser.ts'
import type { Database } from '../../store/database.ts'
import {
  type MetricDefinition,
  readUsageDefinitions,
  type UsageDefinitions,
} from '../../store/events/definitions.ts'

const ORGANIZATIONS_MAX = 5000
const STRANGERS_MS = 1000

type Entry = {
  definitions: Promise<UsageDefinitions>
  readonly knownSubscriptions: Set<string>
  strangers: Set<string>
  strangersSince: number
  /** When the events of the current hour will be checked, once that is scheduled. */
  validationAt: Instant | null
}

/**
 * This process's cache of each organization's metrics. It may be outdated: every storing transaction checks the
 * version, and on `stale` the caller calls `renew`.
 */
export class UsageCatalogue {
  private readonly database: Database
  private readonly entries = new Map<string, Entry>()

  constructor(database: Database) {
    this.database = database
  }

  definitionsOf(organizationId: string): Promise<UsageDefinitions> {
    return this.entryOf(organizationId).definitions
  }

  /** Reloads the definitions, also for the organization's next events. */
  renew(organizationId: string): Promise<UsageDefinitions> {
    const entry = this.entryOf(organizationId)
    entry.definitions = this.read(organizationId)
    return entry.definitions
  }

  /** External subscription ids known to exist; subscriptions are never deleted. */
  knownSubscriptionsOf(organizationId: string): Set<string> {
    return this.entryOf(organizationId).knownSubscriptions
  }

  /** External subscription ids that did not exist a second ago; only used to count unmatched events. */
  strangersOf(organizationId: string, now: number): Set<string> {
    const entry = this.entryOf(organizationId)
    if (Math.abs(now - entry.strangersSince) > STRANGERS_MS) {
      entry.strangers = new Set()
      entry.strangersSince = now
    }
    return entry.strangers
  }

  /** The check that this process last scheduled; null if none. */
  validationOf(organizationId: string): Instant | null {
    return this.entryOf(organizationId).validationAt
  }

  noteValidation(organizationId: string, dueAt: Instant): void {
    this.entryOf(organizationId).validationAt = dueAt
  }

  private entryOf(organizationId: string): Entry {
    const known = this.entries.get(organizationId)
    if (known) return known
    if (this.entries.size >= ORGANIZATIONS_MAX) this.entries.clear()
    const entry: Entry = {
      definitions: this.read(organizationId),
      knownSubscriptions: new Set(),
      strangers: new Set(),
      strangersSince: 0,
      validationAt: null,
    }
    this.entries.set(organizationId, entry)
    return entry
  }

  private read(organizationId: string): Promise<UsageDefinitions> {
    const reading = readUsageDefinitions(this.database, organizationId)
    reading.catch(() => this.entries.delete(organizationId))
    return reading
  }
}

const expressions = new WeakMap<MetricDefinition, Expression | null>()

/** The parsed expression of a metric; null for none. */
export function expressionOf(metric: MetricDefinition): Expression | null {
  if (metric.expression === null) return null
  const known = expressions.get(metric)
  if (known !== undefined) return known
  const parsed = parseExpression(metric.expression) ?? null
  expressions.set(metric, parsed)
  return parsed
}
