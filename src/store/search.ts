import { sql } from 'kysely'
import type { SearchKind, SearchText } from '../core/search/search-text.ts'
import type { Reads } from './database.ts'
import { isId } from './ids.ts'

/** Something that a text names; rank 0 is a whole match, 1 one at the beginning, 2 any other. */
export type SearchHit = {
  readonly kind: SearchKind
  readonly id: string
  /** The external id, code or number. */
  readonly identifier: string
  readonly name: string | null
  /** The address of a customer, the status of a subscription or document. */
  readonly detail: string | null
  readonly rank: number
}

/** What a text names in the organization: at most `most` of each kind, the best first. */
export async function searchNames(
  reads: Reads,
  { given, words, typed }: SearchText,
  kinds: readonly SearchKind[],
  most: number,
): Promise<readonly SearchHit[]> {
  const id = isId(given) ? given : null
  const { rows } = await sql<SearchHit>`
    select * from weir_search(${[...kinds]}::text[], ${given}, ${words}, ${typed}, ${id}::uuid, ${most}::int)`.execute(
    reads,
  )
  return rows
}
