import type { Book, Fault } from '../book.ts'

/** The event log holds what was accepted, all of it, once, and in the order of its acceptance. */
export function validateLog(book: Book): Fault[] {
  const ids = new Map<string, string>()
  const faults: Fault[] = []
  for (const { lago_id: id, transaction_id: transaction } of book.listedEvents) {
    if (ids.has(transaction)) faults.push(fault(transaction, 'stands in the log twice'))
    ids.set(transaction, id)
  }
  const accepted = book.events.map(({ raw }) => raw.transactionId)
  for (const transaction of accepted) {
    if (!ids.has(transaction)) faults.push(fault(transaction, 'was accepted and is lost'))
  }
  if (ids.size > accepted.length)
    faults.push(fault('the log', `has ${ids.size} events of ${accepted.length}`))
  const order = accepted.flatMap((transaction) => ids.get(transaction) ?? [])
  const later = order.find((id, k) => k > 0 && id < (order[k - 1] ?? ''))
  if (later) faults.push(fault(later, 'is an id below that of an event that was accepted earlier'))
  return faults
}

function fault(where: string, says: string): Fault {
  return { validator: 'log', where, says }
}
