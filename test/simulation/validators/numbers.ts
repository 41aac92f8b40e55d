import type { Book, Fault, Wire } from '../book.ts'

/** Final invoices are numbered without a gap or a double: for each customer, and for each entity that numbers itself. */
export function validateNumbers(book: Book): Fault[] {
  const final = [...book.invoices, ...book.voided].filter(({ status }) => status !== 'draft')
  const faults = Object.entries(grouped(final, (each) => each.customer.external_id)).flatMap(
    ([customer, own]) =>
      unlessGapless(
        `customer ${customer}`,
        own.map((invoice) => invoice.sequential_id),
      ),
  )
  const texts = grouped(final, (invoice) => invoice.number)
  const doubles = Object.entries(texts).filter(([, same]) => same.length > 1)
  for (const [number] of doubles) faults.push({ validator: 'numbers', where: number, says: 'is given twice' })
  if (book.life.entity.document_numbering === 'per_billing_entity') {
    faults.push(
      ...unlessGapless(
        'the entity',
        final.map((invoice) => Number(invoice.number.split('-').at(-1))),
      ),
    )
  }
  const drafts = book.invoices.filter(
    ({ status, number }) => status === 'draft' && !number.endsWith('-DRAFT'),
  )
  return [...faults, ...drafts.map(({ number }) => fault(number, 'is the number of a draft'))]
}

function unlessGapless(where: string, numbers: readonly number[]): Fault[] {
  const sorted = [...numbers].sort((a, b) => a - b)
  return sorted.every((number, k) => number === k + 1)
    ? []
    : [fault(where, `has the numbers ${sorted.join()}`)]
}

function fault(where: string, says: string): Fault {
  return { validator: 'numbers', where, says }
}

function grouped(list: readonly Wire[], keyOf: (each: Wire) => string): Record<string, Wire[]> {
  const groups: Record<string, Wire[]> = {}
  for (const each of list) {
    const key = keyOf(each)
    groups[key] = [...(groups[key] ?? []), each]
  }
  return groups
}
