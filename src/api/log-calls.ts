import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { CallLog } from '../actions/api-logs/call-log.ts'
import { isId, newId } from '../store/ids.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** False for writes that are too many to be logged one by one. */
    isLogged?: boolean
    /** The answer has a secret that is shown once, and is in no log. */
    isSecret?: boolean
  }
}

const READING = new Set(['GET', 'HEAD', 'OPTIONS'])
/** Larger bodies and answers are left out of the log. */
const BODY_BYTES_MAX = 32 * 1024
const CLIENT_LENGTH_MAX = 255

/**
 * Logs every answered write of a known key, and each read that a key may not make. Call this after `authenticate`, which
 * says whose it is.
 */
export function logCalls(app: FastifyInstance, calls: CallLog, apiVersion: string): void {
  app.addHook('onSend', (request, reply, payload, done) => {
    const { config } = request.routeOptions
    const isWrite = !READING.has(request.method)
    const isRefusedRead = request.method === 'GET' && reply.statusCode === 403
    // Without a key that is known there is nobody whose log it would be.
    const { caller } = request
    const isMeant = isWrite || (isRefusedRead && typeof caller?.apiKeyId === 'string')
    if (isMeant && config.isLogged !== false && caller !== undefined) {
      calls.add(callOf(request, reply, payload, apiVersion))
    }
    done(null, payload)
  })
}

function callOf(request: FastifyRequest, reply: FastifyReply, payload: unknown, apiVersion: string) {
  const { caller, headers } = request
  const size = Number(headers['content-length'] ?? 0)
  const isKept = request.body !== undefined && size <= BODY_BYTES_MAX
  return {
    organizationId: caller.organizationId,
    requestId: isId(request.id) ? request.id : newId(),
    apiKeyId: caller.apiKeyId,
    client: (headers['user-agent'] ?? '').slice(0, CLIENT_LENGTH_MAX),
    httpMethod: request.method.toLowerCase(),
    httpStatus: reply.statusCode,
    requestOrigin: `${request.protocol}://${request.host}`,
    requestPath: request.url.split('?')[0] ?? '',
    body: isKept ? request.body : undefined,
    bodyBytes: isKept ? size : 0,
    requestResponse: answerOf(request, payload),
    apiVersion,
    loggedAt: caller.now,
  }
}

/** The answer's JSON. A new API key, or the link of an invitation, is shown once, and not in any log. */
function answerOf(request: FastifyRequest, payload: unknown): string | null {
  if (typeof payload !== 'string' || payload === '' || payload.length > BODY_BYTES_MAX) return null
  const { resource, isSecret } = request.routeOptions.config
  return resource === 'api_key' || isSecret === true ? null : payload
}
