import { SEARCH_KINDS } from '../core/search/search-text.ts'
import type { SearchHit } from '../store/search.ts'

/** The hits of a search: the best first, and of equally good ones kind by kind. */
export function toWireSearch(hits: readonly SearchHit[]): object[] {
  const placeOf = (hit: SearchHit) => hit.rank * SEARCH_KINDS.length + SEARCH_KINDS.indexOf(hit.kind)
  return [...hits]
    .sort((a, b) => placeOf(a) - placeOf(b))
    .map(({ kind, id, identifier, name, detail }) => ({ type: kind, lago_id: id, identifier, name, detail }))
}
