import type { Socket } from 'node:net'
import { Transform } from 'node:stream'
import type { FastifyRequest, RequestPayload } from 'fastify'
import type { Visit } from '../actions/events/door.ts'

/** Bytes that a connection had received before its present request. */
const receivedBefore = new WeakMap<Socket, number>()

/**
 * How many bytes of a request's body have arrived with its headers. A promise (`content-length`) counts for nothing by
 * itself; an injected request, which has no connection, has arrived whole.
 */
export function arrivedBytes(request: FastifyRequest): number {
  const promised = promisedBytes(request)
  const { socket } = request.raw
  const { bytesRead } = socket
  if (typeof bytesRead !== 'number') return promised
  const arrived = bytesRead - (receivedBefore.get(socket) ?? 0)
  receivedBefore.set(socket, bytesRead)
  return Math.max(0, Math.min(promised, arrived))
}

/** To be called once a request is over, so that its late bytes are not taken for those of the next one. */
export function noteReceived(request: FastifyRequest): void {
  const { socket } = request.raw
  if (typeof socket?.bytesRead === 'number') receivedBefore.set(socket, socket.bytesRead)
}

function promisedBytes(request: FastifyRequest): number {
  const bytes = Number(request.headers['content-length'])
  return Number.isSafeInteger(bytes) && bytes > 0 ? bytes : 0
}

/**
 * The body of a request, counted as it comes. One that has arrived whole is given back as it is; of any other each
 * further byte is told to `visit`, which breaks off with an error of status 429 when there is no more room.
 */
export function countedBody(
  request: FastifyRequest,
  payload: RequestPayload,
  visit: Visit,
  arrived: number,
): RequestPayload {
  if (promisedBytes(request) === arrived && request.headers['transfer-encoding'] === undefined) return payload
  let seen = 0
  let counted = arrived
  const counting = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      seen += chunk.length
      try {
        if (seen > counted) {
          visit.grow(seen - counted)
          counted = seen
        }
        done(null, chunk)
      } catch (error) {
        done(error as Error)
      }
    },
  })
  payload.once('error', (error) => counting.destroy(error))
  payload.once('close', () => {
    if (!request.raw.complete) counting.destroy(new Error('the request was broken off'))
  })
  return payload.pipe(counting)
}
