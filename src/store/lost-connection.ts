/** Codes of a connection that PostgreSQL or the machine ended; its statement, if any, has failed already. */
const LOST_CODES = ['57P01', '57P02', '57P03', 'ECONNRESET', 'EPIPE']

/** Codes of a server that is not there (a socket without a file, a port without a listener) or not yet ready. */
const ABSENT_CODES = ['ECONNREFUSED', 'ENOENT', 'EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT', '53300', '53400']

/** SQLSTATE class 08 is about connections. */
const CONNECTION_CLASS = /^08...$/

/** Sentences of the driver, which has no codes for them. */
const LOST_SENTENCE =
  /^Connection terminated|^Client (has encountered a connection error|was closed) and is not queryable/

/** What the driver says when no connection could be had in time. */
const LATE_SENTENCE = /^timeout exceeded when trying to connect|^timeout expired/

/** Errors within errors that are looked at; a chain has few, and a circle would have no end. */
const DEPTH_MAX = 5

/** Whether an error says that a connection to PostgreSQL ended. */
export function isLostConnection(error: unknown): boolean {
  return someError(error, (code, message) => LOST_CODES.includes(code) || LOST_SENTENCE.test(message))
}

/** Whether an error says that PostgreSQL is away for now: a connection was lost, or none could be had. */
export function isDatabaseAway(error: unknown): boolean {
  if (isLostConnection(error)) return true
  return someError(
    error,
    (code, message) =>
      ABSENT_CODES.includes(code) || CONNECTION_CLASS.test(code) || LATE_SENTENCE.test(message),
  )
}

/** Whether an error, or one that it was made from, is of a kind. */
function someError(
  error: unknown,
  isMeant: (code: string, message: string) => boolean,
  depth: number = DEPTH_MAX,
): boolean {
  if (typeof error !== 'object' || error === null || depth === 0) return false
  const { code, message, cause, errors } = error as Readonly<Record<string, unknown>>
  if (isMeant(String(code ?? ''), String(message ?? ''))) return true
  const inner = [cause, ...(Array.isArray(errors) ? errors : [])]
  return inner.some((each) => someError(each, isMeant, depth - 1))
}
