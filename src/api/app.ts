import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify'
import { CallLog } from '../actions/api-logs/call-log.ts'
import type { Context } from '../actions/context.ts'
import { jsonText } from '../core/amounts/json-text.ts'
import { notFound, Refusal } from '../core/refusal.ts'
import { adminRoutes } from './admin.ts'
import { authenticate } from './auth.ts'
import { readBodies } from './body.ts'
import { allowOrigins } from './cors.ts'
import { answerErrors, answerUnknownPaths } from './errors.ts'
import { shareConnections } from './fair-shares.ts'
import { fileRoutes } from './files.ts'
import { keepAnswers } from './idempotency.ts'
import { inboxRoutes } from './inbox.ts'
import { DEFAULT_LIMITS, type HttpLimits, timeoutsOf } from './limits.ts'
import { logCalls } from './log-calls.ts'
import { answerLongReadsElsewhere, type ReadElsewhere } from './long-reads.ts'
import { describeApi } from './openapi.ts'
import { tidyPathIds } from './params.ts'
import { embeddingOriginsOf } from './portal-frames.ts'
import { servePortalsAtDomains } from './portal-hosts.ts'
import { admitBuyers } from './portal-visits.ts'
import { requestIdOf } from './request-id.ts'
import { awaitSandboxClock } from './sandbox-writes.ts'
import { securityHeaders } from './security-headers.ts'
import {
  type Routes,
  routesOfEntry,
  routesOfPortal,
  routesOfSecrets,
  routesOfV1,
  routesOfWeir,
} from './v1/routes.ts'
import { answerPage, mayBePage } from './web-pages.ts'

declare module 'fastify' {
  interface FastifyInstance {
    callLog: CallLog
  }
}

const PREFIX = '/api/v1'
/** Of what Lago has no routes for. */
const OWN_PREFIX = '/api/weir/v1'
/** Of what customers call by themselves. */
const PORTAL_PREFIX = `${OWN_PREFIX}/portal`
const PARAM_LENGTH_MAX = 1024
/** Thrown before the body is read. */
const NO_SUCH_PATH = () => notFound('resource')
/** PostgreSQL text cannot contain one. */
const NUL_IN_ADDRESS = 'the URL contains a NUL character'

/**
 * Builds the HTTP server, not yet listening. Everything under /api/v1 is authenticated; every response has an
 * `x-request-id`, the client's own if it sent a plain one. A body is only read once the path is known to exist and the
 * key to be valid.
 */
export function buildApp(
  context: Context,
  limits: HttpLimits = DEFAULT_LIMITS,
  readElsewhere?: ReadElsewhere,
  /** The folder of the built dashboard. */
  webFolder?: string,
): FastifyInstance {
  const app = Fastify({
    loggerInstance: context.log as unknown as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    // A child logger per request costs as much as rejecting one; log lines include the request id instead.
    childLoggerFactory: (logger) => logger,
    bodyLimit: limits.bodyBytes,
    ...timeoutsOf(limits),
    requestIdHeader: false,
    genReqId: requestIdOf,
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
  answerUnknownPaths(
    app,
    async (request, reply) =>
      webFolder !== undefined &&
      mayBePage(request) &&
      (await answerPage(webFolder, request, reply, (asked) => embeddingOriginsOf(context, asked))),
  )
  const headers = securityHeaders()
  app.addHook('onRequest', async (request, reply) => {
    void reply.headers(headers).header('x-request-id', request.id)
    if (request.url.includes('%00')) throw new Refusal({ kind: 'bad_request', message: NUL_IN_ADDRESS })
  })
  logAnswers(app, context)
  servePortalsAtDomains(app, context)
  allowOrigins(app, context.settings)
  // After the headers of other origins, which belong to this answer too.
  app.after(() => {
    app.addHook('onRequest', async (request) => {
      // Where keys are asked for, that is told only to those whose key is known.
      if (request.is404 && !isKeyed(request.server) && !mayBePage(request)) throw NO_SUCH_PATH()
    })
  })
  addGroups(app, context, limits, readElsewhere)
  return app
}

/** Every route, each under the prefix and behind the key that it belongs to. */
function addGroups(
  app: FastifyInstance,
  context: Context,
  limits: HttpLimits,
  readElsewhere: ReadElsewhere | undefined,
): void {
  const calls = new CallLog(context)
  app.decorate('callLog', calls)
  app.addHook('onClose', () => calls.close())
  describeApi(app, context.settings.apiUrl)
  // Inside `register`, because routes are only described once the OpenAPI plugin is loaded.
  void app.register(async (admin) => adminRoutes(admin, context))
  void app.register(async (files) => fileRoutes(files, context))
  void app.register(async (inbox) => inboxRoutes(inbox, context))
  void app.register(
    async (entry) => {
      for (const routes of routesOfEntry) routes(entry, context, limits)
    },
    { prefix: OWN_PREFIX },
  )
  void app.register(
    async (portal) => {
      admitBuyers(portal, context)
      answerUnknownPathsEarly(portal)
      addRoutes(portal, routesOfPortal, context, limits, undefined)
    },
    { prefix: PORTAL_PREFIX },
  )
  void app.register(
    async (v1) => {
      authenticate(v1, context)
      logCalls(v1, calls, 'v1')
      answerUnknownPathsEarly(v1)
      addRoutes(v1, routesOfV1, context, limits, readElsewhere)
    },
    { prefix: PREFIX },
  )
  void app.register(
    async (own) => {
      authenticate(own, context)
      logCalls(own, calls, 'weir-v1')
      answerUnknownPathsEarly(own)
      // Without Idempotency-Key: its answers would keep the secrets.
      void own.register(async (secrets) => {
        for (const routes of routesOfSecrets) routes(secrets, context, limits)
      })
      void own.register(async (rest) => addRoutes(rest, routesOfWeir, context, limits, readElsewhere))
    },
    { prefix: OWN_PREFIX },
  )
}

/** Groups of routes with what every request of an organization goes through. */
function addRoutes(
  scope: FastifyInstance,
  groups: readonly Routes[],
  context: Context,
  limits: HttpLimits,
  readElsewhere: ReadElsewhere | undefined,
): void {
  tidyPathIds(scope)
  awaitSandboxClock(scope, context)
  shareConnections(scope, context)
  if (readElsewhere) answerLongReadsElsewhere(scope, readElsewhere)
  keepAnswers(scope, context)
  for (const routes of groups) routes(scope, context, limits)
}

function logAnswers(app: FastifyInstance, context: Context): void {
  app.addHook('onResponse', async (request, reply) => {
    const level = reply.statusCode >= 500 ? 'error' : 'debug'
    const fields = { method: request.method, route: request.routeOptions.url, status: reply.statusCode }
    context.log[level]({ ...fields, requestId: request.id, ms: Math.round(reply.elapsedTime) }, 'answered')
  })
}

/** 404 before the body is read, and after the key is known. */
function answerUnknownPathsEarly(app: FastifyInstance): void {
  app.addHook('onRequest', async (request) => {
    if (request.is404) throw NO_SUCH_PATH()
  })
  answerUnknownPaths(app)
}

function isKeyed({ prefix }: FastifyInstance): boolean {
  return prefix === PREFIX || prefix === OWN_PREFIX || prefix === PORTAL_PREFIX
}
