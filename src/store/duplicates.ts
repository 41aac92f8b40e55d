import { invalid } from '../core/refusal.ts'

const UNIQUE_VIOLATION = '23505'

/**
 * Does a write and turns the violation of one unique index into a 422 `value_already_exist` on a field, so that two
 * requests at the same instant are told the same as two in a row. Its transaction is over then.
 */
export async function refusingDuplicates<T>(work: Promise<T>, index: string, field: string): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (isDuplicate(error, index)) throw invalid({ [field]: ['value_already_exist'] })
    throw error
  }
}

/** Whether an error is the violation of a unique index. */
export function isDuplicate(error: unknown, index: string): boolean {
  const { code, constraint } = (error ?? {}) as { code?: unknown; constraint?: unknown }
  return code === UNIQUE_VIOLATION && constraint === index
}
