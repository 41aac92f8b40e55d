import { createHash } from 'node:crypto'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Context } from '../actions/context.ts'
import { answerIdempotently, rememberAnswer } from '../actions/idempotency.ts'
import { Refusal } from '../core/problems.ts'

const KEY_LENGTH_MAX = 255
const pending = new WeakMap<FastifyRequest, string>()

/**
 * The optional `Idempotency-Key` of a write: the same key and request get the first answer again (with the header
 * `Idempotent-Replayed: true`); another request under the key, or one whose first is still running, gets 409.
 * Answers of 5xx are not kept, so that a retry can succeed.
 */
export function keepAnswers(app: FastifyInstance, context: Context): void {
  app.addHook('preHandler', async (request, reply) => {
    const key = request.headers['idempotency-key']
    if (typeof key !== 'string' || key === '' || request.method === 'GET') return undefined
    if (key.length > KEY_LENGTH_MAX) {
      throw new Refusal({ kind: 'bad_request', message: 'the Idempotency-Key is longer than 255 characters' })
    }
    const hash = createHash('sha256')
      .update(`${request.method} ${request.url}\n${JSON.stringify(request.body) ?? ''}`)
      .digest()
    const earlier = await answerIdempotently(context, request.caller.organizationId, key, hash)
    if (earlier) {
      return reply
        .code(earlier.status)
        .header('idempotent-replayed', 'true')
        .type('application/json')
        .send(earlier.body)
    }
    pending.set(request, key)
    return undefined
  })
  app.addHook('onSend', async (request, reply, payload) => {
    const key = pending.get(request)
    if (key === undefined) return
    pending.delete(request)
    const body = typeof payload === 'string' ? payload : ''
    await rememberAnswer(context, request.caller.organizationId, key, reply.statusCode, body)
  })
}
