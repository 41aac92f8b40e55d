import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify'
import type { Context } from '../actions/context.ts'
import { jsonText } from '../core/amounts/json-text.ts'
import { Refusal } from '../core/refusal.ts'
import { newId } from '../store/ids.ts'
import { adminRoutes } from './admin.ts'
import { authenticate } from './auth.ts'
import { readBodies } from './body.ts'
import { allowOrigins } from './cors.ts'
import { answerErrors, answerUnknownPaths } from './errors.ts'
import { shareConnections } from './fair-shares.ts'
import { keepAnswers } from './idempotency.ts'
import { answerLongReadsElsewhere, type ReadElsewhere } from './long-reads.ts'
import { describeApi } from './openapi.ts'
import { tidyPathIds } from './params.ts'
import { awaitSandboxClock } from './sandbox-writes.ts'
import { routesOfV1 } from './v1/routes.ts'

const BODY_MAX_BYTES = 10 * 1024 * 1024
const PARAM_LENGTH_MAX = 1024
/** PostgreSQL text cannot contain one. */
const NUL_IN_ADDRESS = 'the URL contains a NUL character'

/**
 * Builds the HTTP server, not yet listening. Everything under /api/v1 is authenticated; every response has an
 * `x-request-id`, the client's own if it sent a plain one.
 */
export function buildApp(context: Context, readElsewhere?: ReadElsewhere): FastifyInstance {
  const app = Fastify({
    loggerInstance: context.log as unknown as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    // A child logger per request costs as much as rejecting one; log lines include the request id instead.
    childLoggerFactory: (logger) => logger,
    bodyLimit: BODY_MAX_BYTES,
    requestIdHeader: 'x-request-id',
    genReqId: () => newId(),
    trustProxy: true,
    return503OnClosing: true,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: PARAM_LENGTH_MAX, ignoreTrailingSlash: true },
  })
  // Route schemas only describe; validation and its error codes are in the core (docs/decisions/0004).
  app.setValidatorCompiler(() => () => true)
  app.setSerializerCompiler(() => jsonText)
  // Applies to routes without a response schema too: amounts beyond doubles are bigints there as well.
  app.setReplySerializer(jsonText)
  readBodies(app)
  answerErrors(app)
  app.addHook('onRequest', async (request, reply) => {
    void reply.header('x-request-id', request.id)
    if (request.url.includes('%00')) throw new Refusal({ kind: 'bad_request', message: NUL_IN_ADDRESS })
  })
  app.addHook('onResponse', async (request, reply) => {
    const level = reply.statusCode >= 500 ? 'error' : 'debug'
    const fields = { method: request.method, route: request.routeOptions.url, status: reply.statusCode }
    context.log[level]({ ...fields, requestId: request.id, ms: Math.round(reply.elapsedTime) }, 'answered')
  })
  allowOrigins(app, context.settings)
  describeApi(app, context.settings.apiUrl)
  // Inside `register`, because routes are only described once the OpenAPI plugin is loaded.
  void app.register(async (admin) => adminRoutes(admin, context))
  void app.register(
    async (v1) => {
      authenticate(v1, context)
      tidyPathIds(v1)
      awaitSandboxClock(v1, context)
      shareConnections(v1, context)
      if (readElsewhere) answerLongReadsElsewhere(v1, readElsewhere)
      keepAnswers(v1, context)
      for (const routes of routesOfV1) routes(v1, context)
      answerUnknownPaths(v1)
    },
    { prefix: '/api/v1' },
  )
  return app
}
