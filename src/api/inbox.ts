import type { FastifyInstance } from 'fastify'
import type { Context } from '../actions/context.ts'
import { receiveMessages } from '../actions/provider-messages/receive-messages.ts'
import { knownTraits } from '../core/payment-providers/provider-types.ts'
import { PROVIDER_TYPES } from '../core/payments/gateway.ts'
import { inboxSchemas } from './schemas/inbox.ts'

type ByOrganization = { Params: { type: string; organizationId: string }; Querystring: { code?: unknown } }

const BODY_BYTES_MAX = 1_048_576

/**
 * Where payment providers send their messages. Nobody is asked for a key: the signature over the bytes is the
 * permission, so they are kept as they came. Answered with 200 once the messages are stored, and with an empty 400 for
 * whatever is not for a connection here.
 */
export function inboxRoutes(app: FastifyInstance, context: Context): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: BODY_BYTES_MAX }, (_request, body, done) => {
    done(null, body)
  })
  app.post<ByOrganization>(
    '/webhooks/:type/:organizationId',
    { schema: inboxSchemas.receive, bodyLimit: BODY_BYTES_MAX },
    async (request, reply) => {
      const { params, query, body, headers } = request
      const type = PROVIDER_TYPES.find((each) => each === params.type)
      const { organizationId } = params
      const code = typeof query.code === 'string' && query.code !== '' ? query.code : null
      const bytes = Buffer.isBuffer(body) ? body : Buffer.alloc(0)
      const isTaken =
        type !== undefined &&
        (await receiveMessages(context, { type, organizationId, code, body: bytes, headers }))
      reply.code(isTaken ? 200 : 400)
      return isTaken ? reply.send(knownTraits(type)?.acknowledgement) : reply.send()
    },
  )
}
