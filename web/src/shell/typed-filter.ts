/** A list with filters, from a text such as `customer:acme status:overdue`. */
export type TypedFilter = { readonly label: string; readonly path: string }

const VIEWS = ['draft', 'outstanding', 'overdue', 'paid', 'failed', 'voided', 'disputed', 'partially_paid']
const TYPES = ['subscription', 'one_off', 'credit', 'advance_charges', 'progressive_billing']

/** How each word of the grammar filters the list of invoices; undefined for a value that it does not have. */
const WORDS: Readonly<Record<string, (value: string) => readonly [name: string, value: string] | undefined>> =
  {
    customer: (value) => ['q', value],
    status: (value) => (VIEWS.includes(value) ? ['view', value] : undefined),
    type: (value) => (TYPES.includes(value) ? ['type', value] : undefined),
    currency: (value) => (/^[a-z]{3}$/.test(value) ? ['currency', value.toUpperCase()] : undefined),
  }

/** The invoices that a text of `word:value` pairs asks for; null when it is no such text. */
export function readTypedFilter(text: string): TypedFilter | null {
  const pairs = text.trim().split(/\s+/)
  const filters = pairs.map((pair) => {
    const [, word = '', value = ''] = /^([a-z]+):(\S+)$/i.exec(pair) ?? []
    return WORDS[word.toLowerCase()]?.(word.toLowerCase() === 'customer' ? value : value.toLowerCase())
  })
  const known = filters.filter((filter) => filter !== undefined)
  if (known.length < pairs.length) return null
  const query = new URLSearchParams(known.map(([name, value]) => [name, value]))
  return { label: `Invoices: ${pairs.join(' ')}`, path: `/invoices?${query}` }
}
