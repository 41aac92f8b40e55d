type Known = {
  readonly code: string
  readonly field_name: string | null
  readonly aggregation_type: string
  readonly expression?: string | null | undefined
}

/** What is wrong with the property that a metric reads, so that the event adds nothing; null when it can be read. */
export function propertyProblemOf(
  { properties }: { readonly properties: object },
  { field_name: field, aggregation_type: aggregation, expression }: Known,
): string | null {
  // An expression makes the property when the event arrives.
  if (field === null || aggregation === 'count_agg' || expression) return null
  const value = (properties as Readonly<Record<string, unknown>>)[field]
  if (value === undefined || value === null) return `The property “${field}” is missing.`
  const isNumber = aggregation === 'unique_count_agg' || !Number.isNaN(Number(value))
  return isNumber ? null : `The property “${field}” is not a number.`
}

/** Why an event that matches nothing is not metered, with the likely fix. */
export function problemOf(
  event: {
    readonly code: string
    readonly properties: object
    readonly external_subscription_id: string | null
  },
  metrics: readonly Known[],
): string {
  const metric = metrics.find(({ code }) => code === event.code)
  if (!metric) {
    const near = nearest(
      event.code,
      metrics.map(({ code }) => code),
    )
    return `No metric has the code “${event.code}”.${near ? ` Did you mean “${near}”?` : ''}`
  }
  const problem = propertyProblemOf(event, metric)
  if (problem !== null) return problem
  return `No active subscription “${event.external_subscription_id ?? ''}” has a charge on this metric.`
}

/** The text that needs the fewest edits, if that is few enough to be a slip. */
export function nearest(text: string, others: readonly string[]): string | null {
  const [best] = others
    .map((other) => ({ other, edits: editsBetween(text.toLowerCase(), other.toLowerCase()) }))
    .sort((a, b) => a.edits - b.edits)
  return best && best.edits <= Math.max(2, Math.floor(text.length / 3)) ? best.other : null
}

function editsBetween(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, n) => n)
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
