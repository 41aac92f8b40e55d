/** Kinds of things that the search finds, in the order in which they are shown among equally good ones. */
export const SEARCH_KINDS = [
  'customer',
  'subscription',
  'invoice',
  'plan',
  'billable_metric',
  'coupon',
  'add_on',
  'feature',
  'credit_note',
] as const
export type SearchKind = (typeof SEARCH_KINDS)[number]

/** What a member needs to be shown things of a kind. */
export const VIEW_OF_KIND = {
  customer: 'customers:view',
  subscription: 'subscriptions:view',
  invoice: 'invoices:view',
  plan: 'plans:view',
  billable_metric: 'billable_metrics:view',
  coupon: 'coupons:view',
  add_on: 'addons:view',
  feature: 'features:view',
  credit_note: 'credit_notes:view',
} as const

/** Shorter texts name nothing. */
export const SEARCH_LENGTH_MIN = 2
export const SEARCH_LENGTH_MAX = 200
const PART_LENGTH_MIN = 3

/** A text to search for, as patterns of LIKE. */
export type SearchText = { readonly given: string; readonly words: string; readonly typed: string }

/**
 * Prepares a text: a part of a name from three characters, the beginning of a word with two. Undefined for less. Names
 * are compared in small letters of ASCII, hence `typed`, which keeps all other letters as they are written.
 */
export function readSearchText(text: string): SearchText | undefined {
  const given = text.trim().replace(/\s+/g, ' ').slice(0, SEARCH_LENGTH_MAX)
  const length = [...given].length
  if (length < SEARCH_LENGTH_MIN) return undefined
  const patternOf = (part: string) => `%${length < PART_LENGTH_MIN ? ' ' : ''}${escaped(part)}%`
  const typed = given.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
  return { given, words: patternOf(given.toLowerCase()), typed: patternOf(typed) }
}

function escaped(text: string): string {
  return text.replace(/[\\%_]/g, (character) => `\\${character}`)
}
