/** Error codes of a connection closed by PostgreSQL or the system; its statement, if any, has already failed. */
const LOST_CODES = ['57P01', '57P02', '57P03', 'ECONNRESET', 'EPIPE']

/** Error codes when the server is not there (no socket file, nothing listening) or not ready yet. */
const ABSENT_CODES = ['ECONNREFUSED', 'ENOENT', 'EHOSTUNREACH', 'ETIMEDOUT', '53300']

/** Messages of the driver, which has no codes for these. */
const LOST_SENTENCE =
  /^Connection terminated|^Client (has encountered a connection error|was closed) and is not queryable/

/** Whether an error means that a connection to PostgreSQL was lost. */
export function isLostConnection(error: unknown): boolean {
  const { code, message } = error as { code?: unknown; message?: unknown }
  return LOST_CODES.includes(String(code)) || LOST_SENTENCE.test(String(message))
}

/** Whether a connection error means that PostgreSQL is temporarily unavailable. */
export function isDatabaseAway(error: unknown): boolean {
  return isLostConnection(error) || ABSENT_CODES.includes(String((error as { code?: unknown }).code))
}
