import { createHash } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteHandlerMethod, RouteOptions } from 'fastify'
import type { Context } from '../actions/context.ts'
import { type Answer, answerAgain, answerOnce, type KeyedRequest } from '../actions/idempotency.ts'
import { Refusal } from '../core/refusal.ts'
import { toWireProblem } from './errors.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The write is safe to be done twice and is more than one transaction: see `answerAgain`. */
    isRepeatable?: boolean
  }
}

const KEY_LENGTH_MAX = 255
const JSON_TYPE = 'application/json; charset=utf-8'
const READING = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * The optional `Idempotency-Key` of a write: the same key and request get the first answer again (with the header
 * `Idempotent-Replayed: true`); another request under the key, or one whose first is still running, gets 409.
 * Answers of 5xx are not kept, so that a retry can succeed. Handlers of writes therefore give their answer back
 * instead of sending it. To be called before the routes are.
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
  const requestHash = createHash('sha256')
    .update(`${request.method} ${request.url}\n${JSON.stringify(request.body) ?? ''}`)
    .digest()
  return { key, requestHash }
}

/** What a handler answers, or its refusal; anything else that it throws is no answer. */
async function answerOf(handle: () => Promise<unknown>, reply: FastifyReply): Promise<Answer> {
  try {
    const given = await handle()
    if (reply.sent) throw new Error('the handler of a write sent its answer instead of giving it back')
    const body = typeof given === 'string' ? given : reply.serialize(given)
    return { status: reply.statusCode, body: String(body) }
  } catch (error) {
    // What another request stands in the way of can succeed later, so it is not what the key is answered with.
    if (!(error instanceof Refusal) || error.problem.kind === 'conflict') throw error
    const body = toWireProblem(error.problem)
    return { status: body.status, body: JSON.stringify(body) }
  }
}
