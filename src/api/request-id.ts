import type { IncomingMessage } from 'node:http'
import { newId } from '../store/ids.ts'

/** Letters, digits and a few signs, as UUIDs, ULIDs and trace ids have them; nothing that a log or a page reads. */
const PLAIN_ID = /^[A-Za-z0-9._:=+/-]{1,128}$/

/** The request's own `x-request-id` when it has the plain form, a new one otherwise. */
export function requestIdOf(request: Pick<IncomingMessage, 'headers'>): string {
  const given = request.headers['x-request-id']
  return typeof given === 'string' && PLAIN_ID.test(given) ? given : newId()
}
