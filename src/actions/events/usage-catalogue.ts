import type { Expression } from '../../core/metering/expression-parser.ts'
import { parseExpression } from '../../core/metering/expression-parser.ts'
import type { Database } from '../../store/database.ts'
import {
  type MetricDefinition,
  readUsageDefinitions,
  type UsageDefinitions,
} from '../../store/events/definitions.ts'

const ORGANIZATIONS_MAX = 5000

type Entry = {
  definitions: Promise<UsageDefinitions>
  readonly knownSubscriptions: Set<string>
}

/**
 * What this process knows of each organization's metrics. It may be old: every storing transaction compares its
 * version, and whoever is told `stale` asks `renew`.
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

  /** Reads the definitions anew, for the organization's next events too. */
  renew(organizationId: string): Promise<UsageDefinitions> {
    const entry = this.entryOf(organizationId)
    entry.definitions = this.read(organizationId)
    return entry.definitions
  }

  /** External subscription ids that are known to exist; a subscription never ceases to. */
  knownSubscriptionsOf(organizationId: string): Set<string> {
    return this.entryOf(organizationId).knownSubscriptions
  }

  private entryOf(organizationId: string): Entry {
    const known = this.entries.get(organizationId)
    if (known) return known
    if (this.entries.size >= ORGANIZATIONS_MAX) this.entries.clear()
    const entry = { definitions: this.read(organizationId), knownSubscriptions: new Set<string>() }
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
