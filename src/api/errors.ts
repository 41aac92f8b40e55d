import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type {
  ConflictCode,
  ForbiddenCode,
  GoneCode,
  NotAllowedCode,
  NotFoundCode,
  OtherCode,
  UnauthorizedCode,
} from '../core/codes.ts'
import type { Problem } from '../core/problems.ts'
import { Refusal } from '../core/refusal.ts'
import { ReadTooLarge } from '../store/read-budget.ts'
import { isUnavailable } from '../store/unavailable.ts'

type ErrorBody = {
  status: number
  error: string
  code?:
    | NotFoundCode
    | NotAllowedCode
    | ForbiddenCode
    | ConflictCode
    | GoneCode
    | OtherCode
    | UnauthorizedCode
  error_details?: unknown
}

const STATUS: Record<Problem['kind'], readonly [number, string]> = {
  bad_request: [400, 'BadRequest'],
  unauthorized: [401, 'Unauthorized'],
  forbidden: [403, 'Forbidden'],
  not_found: [404, 'Not Found'],
  not_allowed: [405, 'Method Not Allowed'],
  conflict: [409, 'Conflict'],
  gone: [410, 'Gone'],
  locked: [429, 'Too Many Requests'],
  too_many_requests: [429, 'Too Many Requests'],
  invalid: [422, 'Unprocessable Entity'],
  third_party: [422, 'Unprocessable Entity'],
  throttled: [429, 'Too Many Requests'],
}

/** The HTTP status and body for a problem. */
export function toWireProblem(problem: Problem): ErrorBody {
  const [status, error] = STATUS[problem.kind]
  switch (problem.kind) {
    case 'bad_request':
      return { status, error: `${error}: ${problem.message}` }
    case 'unauthorized':
      return { status, error, ...(problem.code === undefined ? {} : { code: problem.code }) }
    case 'forbidden': {
      const { code, permission } = problem
      const details = permission === undefined ? {} : { error_details: { permission: [permission] } }
      return { status, error, code, ...details }
    }
    case 'locked':
      return { status: 429, error, code: 'locked' }
    case 'too_many_requests':
      return TOO_MANY_REQUESTS
    case 'invalid':
      return { status, error, code: 'validation_errors', error_details: problem.details }
    case 'third_party': {
      const details = { third_party: problem.party, thirdparty_error: problem.message }
      return { status, error, code: 'third_party_error', error_details: details }
    }
    case 'throttled':
      return { status, error, code: 'too_many_provider_requests' }
    default:
      return { status, error, code: problem.code }
  }
}

/** 400 for a body without its root key, with the message that Lago's clients know. */
export function missingRoot(root: string): Refusal {
  return new Refusal({
    kind: 'bad_request',
    message: `param is missing or the value is empty or invalid: ${root}`,
  })
}

/** The response when events come faster than they can be stored. */
export const TOO_MANY_REQUESTS = {
  status: 429,
  error: 'Too Many Requests',
  code: 'too_many_requests',
} as const

/** The answer while PostgreSQL is away, or when a request met conflicts again and again. */
export const SERVICE_UNAVAILABLE = {
  status: 503,
  error: 'Service Unavailable',
  code: 'service_unavailable',
} as const

const RETRY_AFTER_SECONDS = 1

function send(reply: FastifyReply, body: ErrorBody): void {
  void reply.code(body.status).type('application/json').send(body)
}

/** A page of so large objects can be had in parts; where it met others like it, later. */
function sendTooLarge(reply: FastifyReply, { isCrowded }: ReadTooLarge): void {
  if (isCrowded) send(reply.header('retry-after', '1'), TOO_MANY_REQUESTS)
  else send(reply, toWireProblem({ kind: 'invalid', details: { base: ['answer_is_too_large'] } }))
}

/** Answers a path that no route has, if it is a page; whether it was one. */
export type AnswerPage = (request: FastifyRequest, reply: FastifyReply) => Promise<boolean>

/** 404 for an address, or a method on it, that does not exist, unless it is a page. */
export function answerUnknownPaths(app: FastifyInstance, page?: AnswerPage): void {
  app.setNotFoundHandler(async (request, reply) => {
    if (!(await page?.(request, reply))) {
      send(reply, toWireProblem({ kind: 'not_found', code: 'resource_not_found' }))
    }
    return reply
  })
}

/**
 * The one place where errors become responses. An unexpected error is a bug: it is logged in full and returned as a
 * 500.
 */
export function answerErrors(app: FastifyInstance): void {
  app.setErrorHandler((error: FastifyError | Error, request, reply) => {
    if (error instanceof Refusal) {
      const { problem } = error
      if ('retryAfterSeconds' in problem) void reply.header('retry-after', String(problem.retryAfterSeconds))
      return send(reply, toWireProblem(problem))
    }
    if (isUnavailable(error)) {
      request.log.warn({ err: error, requestId: request.id }, 'a request could not be answered now')
      void reply.header('retry-after', RETRY_AFTER_SECONDS)
      return send(reply, SERVICE_UNAVAILABLE)
    }
    if (error instanceof ReadTooLarge) return sendTooLarge(reply, error)
    const status = 'statusCode' in error ? error.statusCode : undefined
    if (status === 413) {
      // A connection that is closed while its body comes in is broken for the sender, who then never reads this.
      void reply.removeHeader('connection')
      return send(reply, { status: 413, error: 'Payload Too Large', code: 'body_too_large' })
    }
    if (status === 415) {
      return send(reply, { status: 415, error: 'Unsupported Media Type', code: 'unsupported_media_type' })
    }
    if (status === 429) {
      if ('retryAfterSeconds' in error) void reply.header('retry-after', String(error.retryAfterSeconds))
      return send(reply, TOO_MANY_REQUESTS)
    }
    if (status !== undefined && status >= 400 && status < 500) {
      return send(reply, { status: 400, error: `BadRequest: ${error.message}` })
    }
    request.log.error({ err: error, requestId: request.id }, 'unexpected error')
    return send(reply, { status: 500, error: 'Internal Server Error', code: 'internal_error' })
  })
}
