import type { Database, Tx } from './database.ts'

/**
 * Opens a transaction as one organization; only actions may import this file. A conflict that PostgreSQL
 * resolves by ending one side (deadlock, serialization) is tried again, because nothing of it was kept.
 */
export async function inTransaction<T>(
  database: Database,
  organizationId: string,
  work: (tx: Tx) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await database.writeAs(organizationId, work)
    } catch (error) {
      if (attempt >= 5 || !isConflict(error)) throw error
    }
  }
}

function isConflict(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code
  return code === '40P01' || code === '40001'
}
