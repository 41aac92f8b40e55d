/** The first id for a subscription of a customer, counted up from 1, that none of its own has. */
export function freeId(customerId: string, taken: readonly string[]): string {
  for (let n = 1; ; n += 1) {
    const id = `${customerId}-${n}`
    if (!taken.includes(id)) return id
  }
}
