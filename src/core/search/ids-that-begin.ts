/** So much of an id is a part of it that somebody copied, and no number that an id has by chance. */
const BEGINNING_MIN = 8
const LEAST = '00000000-0000-0000-0000-000000000000'
const GREATEST = LEAST.replaceAll('0', 'f')
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** The least and the greatest id that begin with a text, in any letter case; undefined for what no id begins with. */
export function idsThatBegin(text: string): { readonly first: string; readonly last: string } | undefined {
  const beginning = text.toLowerCase()
  if (beginning.length < BEGINNING_MIN || beginning.length > LEAST.length) return undefined
  const first = beginning + LEAST.slice(beginning.length)
  return UUID.test(first) ? { first, last: beginning + GREATEST.slice(beginning.length) } : undefined
}
