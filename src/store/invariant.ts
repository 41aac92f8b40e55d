/** An invariant of the data, and a query for the rows that violate it. */
export type Invariant = {
  readonly code: string
  readonly says: string
  /** `notice`: the data is consistent, but someone should look. */
  readonly weight: 'error' | 'notice'
  /** Returns one row per violation: `organization_id`, `subject` (an id or a name) and `detail`. */
  readonly query: string
}
