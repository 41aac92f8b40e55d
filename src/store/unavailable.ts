import { isDatabaseAway } from './lost-connection.ts'

/** Nothing is wrong with what was asked, but it cannot be done now; the same later may succeed. Nothing was kept. */
export class Unavailable extends Error {
  override readonly name = 'Unavailable'
}

/** Whether an error is about the moment and not about what was asked: PostgreSQL is away, or conflicts do not end. */
export function isUnavailable(error: unknown): boolean {
  return error instanceof Unavailable || isDatabaseAway(error)
}
