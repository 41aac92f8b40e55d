import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'
import { INTRODUCTION, TAGS } from './api-introduction.ts'
import { DOCS_POLICY } from './security-headers.ts'

type Operation = { tags?: string[]; responses?: Record<string, unknown>; security?: unknown[] }
type Document = {
  tags?: { name: string }[]
  paths?: Record<string, Record<string, unknown>>
}

/** Where an API key is asked for. */
const KEYED_PATH = /^\/api\/(weir\/)?v1\//

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const

const text = { type: 'string' as const }

/** The error bodies, under the names used in Lago's own API description. */
const errorAnswers = {
  BadRequest: { status: 400, says: 'The root key is missing or has the wrong type.', code: false },
  Unauthorized: { status: 401, says: 'The API key is missing, unknown or expired.', code: false },
  Forbidden: { status: 403, says: 'The API key does not have the permission.', code: true },
  NotFound: { status: 404, says: 'The object does not exist.', code: true },
  NotAllowed: { status: 405, says: 'Not allowed in the current state of the object.', code: true },
  UnprocessableEntity: {
    status: 422,
    says: 'Some fields are invalid; each is listed with its error codes.',
    code: true,
  },
} as const

/** There is only one API description, so the selector bar on top is useless. */
const PAGE_STYLE = '.swagger-ui .topbar { display: none } .swagger-ui .info { margin: 24px 0 }'

type ErrorName = keyof typeof errorAnswers

/**
 * Describes every route registered after this call from its own schema: the document at /openapi.json (OpenAPI 3.1),
 * and a page at /docs. `apiUrl` is the server's public URL. Errors, tags and security are added here, so that no
 * route repeats them.
 */
export function describeApi(app: FastifyInstance, apiUrl: string): void {
  void app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Weir API',
        version: 'v1',
        description: INTRODUCTION,
      },
      // The relative one makes requests from the page work under any address.
      servers: [
        { url: '/', description: 'This server' },
        { url: apiUrl, description: 'Its public URL' },
      ],
      tags: [...TAGS],
      components: {
        securitySchemes: {
          bearerAuth: { type: 'http', scheme: 'bearer', description: 'An API key of the organization.' },
          session: {
            type: 'apiKey',
            in: 'cookie',
            name: 'weir_session',
            description: 'Somebody who signed in. Writes also need the header `x-csrf-token`.',
          },
          organization: {
            type: 'apiKey',
            in: 'header',
            name: 'x-weir-organization',
            description: 'The slug of the organization that a request by session is for.',
          },
          portal: {
            type: 'apiKey',
            in: 'cookie',
            name: 'weir_portal',
            description:
              'A customer who opened the portal. Writes also need the header `x-csrf-token`. In a frame the cookie is ' +
              '`weir_portal_framed`, and counts together with the header `x-weir-portal-frame: true` alone.',
          },
          adminKey: { type: 'apiKey', in: 'header', name: 'X-Admin-API-Key' },
        },
        responses: Object.fromEntries(
          Object.entries(errorAnswers).map(([name, answer]) => [name, toErrorAnswer(name, answer)]),
        ),
      },
      security: [{ bearerAuth: [] }, { session: [], organization: [] }],
    },
    transformObject: (given) => {
      if (!('openapiObject' in given)) throw new Error('the API is described as OpenAPI only')
      completePaths(given.openapiObject as Document)
      return given.openapiObject
    },
  })
  void app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: { ...DOCS_POLICY },
    uiConfig: {
      persistAuthorization: true,
      docExpansion: 'none',
      filter: true,
      defaultModelsExpandDepth: -1,
      displayRequestDuration: true,
      syntaxHighlight: { activate: true },
    },
    theme: { title: 'Weir API', css: [{ filename: 'weir.css', content: PAGE_STYLE }] },
  })
  void app.register(async (root) => {
    root.get('/openapi.json', { schema: { hide: true } }, () => app.swagger())
  })
}

function toErrorAnswer(name: string, answer: { status: number; says: string; code: boolean }) {
  const details = {
    type: 'object' as const,
    description: 'Error codes by field name.',
    additionalProperties: true,
  }
  return {
    description: answer.says,
    content: {
      'application/json': {
        schema: {
          type: 'object' as const,
          required: ['status', 'error', ...(answer.code ? ['code'] : [])],
          properties: {
            status: { type: 'integer' as const, enum: [answer.status] },
            error: text,
            ...(answer.code ? { code: text } : {}),
            ...(name === 'UnprocessableEntity' ? { error_details: details } : {}),
          },
        },
      },
    },
  }
}

function completePaths(document: Document): void {
  const used = new Set<string>()
  for (const [path, item] of Object.entries(document.paths ?? {})) {
    for (const method of METHODS) {
      const operation = item[method] as Operation | undefined
      if (!operation) continue
      completeOperation(path, method, operation)
      for (const tag of operation.tags ?? []) used.add(tag)
    }
  }
  document.tags = (document.tags ?? []).filter(({ name }) => used.has(name))
}

function completeOperation(path: string, method: string, operation: Operation): void {
  const segments = path.split('/').filter((part) => part !== '')
  const isV1 = KEYED_PATH.test(path)
  operation.tags ??= [(isV1 ? segments[2] : segments[0]) ?? 'api']
  if (path.startsWith('/admin/')) operation.security = [{ adminKey: [] }]
  else if (!isV1) operation.security = []
  // Routes of who signs in describe their errors themselves.
  if (isV1 && operation.security?.some((each) => 'organization' in (each as object)) === false) return
  const responses = operation.responses ?? {}
  operation.responses = responses
  for (const name of errorsOf(path, method, operation)) {
    responses[errorAnswers[name].status] ??= { $ref: `#/components/responses/${name}` }
  }
}

/** The errors an operation may return; a list filter can be invalid, and a body can refer to missing objects. */
function errorsOf(path: string, method: string, operation: Operation): ErrorName[] {
  if (operation.security?.length === 0) return []
  const hasTarget = path.includes('{') || method === 'post'
  return [
    'Unauthorized',
    'UnprocessableEntity',
    ...(KEYED_PATH.test(path) ? (['Forbidden'] as const) : []),
    ...(hasTarget ? (['NotFound'] as const) : []),
    ...(method === 'get' ? [] : (['BadRequest', 'NotAllowed'] as const)),
  ]
}
