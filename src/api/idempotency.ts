import { createHash } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteHandlerMethod, RouteOptions } from 'fastify'
import type { Context } from '../actions/context.ts'
import { type Answer, answerAgain, answerOnce, type KeyedRequest } from '../actions/idempotency.ts'
import { Refusal } from '../core/refusal.ts'
import { toWireProblem } from './errors.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The write is safe to repeat and takes more than one transaction: see `answerAgain`. */
    isRepeatable?: boolean
  }
}

const KEY_LENGTH_MAX = 255
const JSON_TYPE = 'application/json; charset=utf-8'
const READING = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * Supports an optional `Idempotency-Key` on writes: the same request with the same key gets the first response again
 * (with the header `Idempotent-Replayed: true`); a different request with the key, or a retry while the first is
 * running, gets a 409. 5xx responses are not stored, so that a retry can succeed. Handlers of writes must therefore
 * return their response instead of sending it. Call this before registering routes.
 */
export function keepAnswers(app: FastifyInstance, context: Context): void {
  app.addHook('onRoute', (route) => {
    if ([route.method].flat().every((method) => READING.has(method))) return
    route.handler = keyed(context, route, route.handler)
  })
}

function keyed(context: Context, route: RouteOptions, handler: RouteHandlerMethod): RouteHandlerMethod {
  const answering = route.config?.isRepeatable ? answerAgain : answerOnce
  return async function answerKeyed(request, reply) {
    const keyedRequest = keyedRequestOf(request)
    if (!keyedRequest) return handler.call(this, request, reply)
    const { caller } = request
    const given = await answering(context, caller, keyedRequest, (inside) => {
      request.caller = inside
      return answerOf(async () => handler.call(this, request, reply), reply)
    }).finally(() => {
      request.caller = caller
    })
    if (given.isReplayed) void reply.header('idempotent-replayed', 'true')
    void reply.code(given.status).type(JSON_TYPE)
    return given.body
  }
}

function keyedRequestOf(request: FastifyRequest): KeyedRequest | undefined {
  const key = request.headers['idempotency-key']
  if (typeof key !== 'string' || key === '') return undefined
  if (key.length > KEY_LENGTH_MAX) {
    throw new Refusal({ kind: 'bad_request', message: 'the Idempotency-Key is longer than 255 characters' })
  }
  const { buyer } = request.caller
  const requestHash = createHash('sha256')
    .update(`${request.method} ${request.url}\n${JSON.stringify(request.body) ?? ''}`)
    .digest()
  return { key: buyer === undefined ? key : keyOfBuyer(key, buyer.customerId), requestHash }
}

/** Customers choose their keys without knowing those of others, so each has names of its own. */
function keyOfBuyer(key: string, customerId: string): string {
  return createHash('sha256').update(`portal ${customerId} ${key}`).digest('hex')
}

/** A handler's response or rejection; any other error it throws propagates. */
async function answerOf(handle: () => Promise<unknown>, reply: FastifyReply): Promise<Answer> {
  try {
    const given = await handle()
    if (reply.sent) throw new Error('the handler of a write sent its response instead of returning it')
    const body = typeof given === 'string' ? given : reply.serialize(given)
    return { status: reply.statusCode, body: String(body) }
  } catch (error) {
    // What another request stands in the way of can succeed later, so it is not what the key is answered with.
    if (!(error instanceof Refusal) || error.problem.kind === 'conflict') throw error
    const body = toWireProblem(error.problem)
    return { status: body.status, body: JSON.stringify(body) }
  }
}
