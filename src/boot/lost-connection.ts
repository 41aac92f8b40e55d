/** Codes of a connection that PostgreSQL or the machine ended; its statement, if any, has failed already. */
const LOST_CODES = ['57P01', '57P02', '57P03', 'ECONNRESET', 'EPIPE']

/** Codes of a server that is not there (a socket without a file, a port without a listener) or not yet ready. */
const ABSENT_CODES = ['ECONNREFUSED', 'ENOENT', 'EHOSTUNREACH', 'ETIMEDOUT', '53300']

/** Sentences of the driver, which has no codes for them. */
const LOST_SENTENCE =
  /^Connection terminated|^Client (has encountered a connection error|was closed) and is not queryable/

/** Whether an error says that a connection to PostgreSQL ended. */
export function isLostConnection(error: unknown): boolean {
  const { code, message } = error as { code?: unknown; message?: unknown }
  return LOST_CODES.includes(String(code)) || LOST_SENTENCE.test(String(message))
}

/** Whether an error of somebody who wanted a connection says that PostgreSQL is away for now. */
export function isDatabaseAway(error: unknown): boolean {
  return isLostConnection(error) || ABSENT_CODES.includes(String((error as { code?: unknown }).code))
}
