/**
 * An external id, a code or a transaction id as Weir stores it and looks for it: without the white space around it, so
 * that `acme` and `acme ` never become two customers. Every entry uses this function: bodies, events, paths and queries.
 */
export function tidyId(text: string): string {
  return text.trim()
}
