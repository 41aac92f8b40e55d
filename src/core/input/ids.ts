/**
 * An external id, code or transaction id as Weir stores and looks it up: trimmed, so that `acme` and `acme ` are
 * never two customers. Used for every input: bodies, events, paths and queries.
 */
export function tidyId(text: string): string {
  return text.trim()
}
