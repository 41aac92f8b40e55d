import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Context } from '../actions/context.ts'
import { ShareIsUsedUp, Shares } from './shares.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /**
     * The route has a way of its own to be fair between organizations; `without_key` unless the request has an
     * Idempotency-Key.
     */
    isFair?: boolean | 'without_key'
  }
}

/**
 * Gives each organization its share of the database's connections, on every route: what is beyond it waits, and 429
 * with `Retry-After` is told to what would wait too long. To be called after authentication and the reading of bodies
 * are set up, so that nobody has a place for what has not been sent.
 */
export function shareConnections(app: FastifyInstance, context: Context): void {
  const shares = new Shares(context.database.pool.options.max)
  const leaving = new WeakMap<FastifyRequest, () => void>()
  const leave = (request: FastifyRequest) => leaving.get(request)?.()
  app.addHook('preHandler', async (request, reply) => {
    const { isFair } = request.routeOptions.config
    const hasKey = request.headers['idempotency-key'] !== undefined
    if (isFair === true || (isFair === 'without_key' && !hasKey)) return
    try {
      const given = await shares.enter(request.caller.organizationId)
      leaving.set(request, given)
      // A request that is broken off has no answer and no `onResponse`.
      if (request.raw.destroyed && !request.raw.complete) given()
      else reply.raw.once('close', given)
    } catch (error) {
      if (error instanceof ShareIsUsedUp) void reply.header('retry-after', error.retryAfterSeconds)
      throw error
    }
  })
  app.addHook('onSend', async (request) => leave(request))
  app.addHook('onResponse', async (request) => leave(request))
}
