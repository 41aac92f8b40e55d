type Values<T extends readonly unknown[]> = { -readonly [K in keyof T]: Awaited<T[K]> }

/**
 * Statements of a transaction that are sent together, without waiting for each other. PostgreSQL does them in the order
 * in which they are sent: that of the arguments where each is one statement of the query builder; what awaits something
 * before its statement, such as `insertRows`, comes later.
 *
 * All of them have ended when this resolves or rejects, so that none runs after a part of the transaction was rolled
 * back. Rejects with the failure of the first in order that failed; a statement that fails because of another one has
 * the other's error.
 */
export async function together<T extends readonly unknown[]>(...statements: T): Promise<Values<T>> {
  const ended = await Promise.allSettled(statements)
  const failed = ended.find((end) => end.status === 'rejected')
  if (failed) throw failed.reason
  return ended.map((end) => (end.status === 'fulfilled' ? end.value : undefined)) as Values<T>
}
