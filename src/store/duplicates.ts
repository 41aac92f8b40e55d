import { invalid } from '../core/refusal.ts'

const UNIQUE_VIOLATION = '23505'

/**
 * Runs a write and turns a violation of one unique index into a 422 `value_already_exist` on a field, so that
 * concurrent requests get the same error as consecutive ones. The transaction is aborted then.
 */
export async function refusingDuplicates<T>(work: Promise<T>, index: string, field: string): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (isDuplicate(error, index)) throw invalid({ [field]: ['value_already_exist'] })
    throw error
  }
}

/** Whether an error is a violation of a unique index. */
export function isDuplicate(error: unknown, index: string): boolean {
  const { code, constraint } = (error ?? {}) as { code?: unknown; constraint?: unknown }
  return code === UNIQUE_VIOLATION && constraint === index
}
