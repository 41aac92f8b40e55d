import type { FastifyInstance } from 'fastify'
import type { Caller, Context } from '../../actions/context.ts'
import { replayMessage } from '../../actions/provider-messages/replay-message.ts'
import { notFound } from '../../core/refusal.ts'
import { isId } from '../../store/ids.ts'
import { findMessage, listMessages, MESSAGE_STATUSES } from '../../store/provider-messages.ts'
import { toWireListedMessage, toWireMessage } from '../../wire/provider-messages.ts'
import { metaOf, pageOf } from '../pagination.ts'
import { readQuery } from '../query.ts'
import { providerMessageSchemas } from '../schemas/provider-messages.ts'

type ById = { Params: { id: string } }

const config = { resource: 'payment_provider' } as const

/** What payment providers sent, under /api/weir/v1 because Lago has no such routes. */
export function providerMessagesRoutes(app: FastifyInstance, context: Context): void {
  app.get(
    '/provider_messages',
    { config, schema: providerMessageSchemas.list },
    async ({ caller, query }) => {
      const page = pageOf(query)
      const filters = readQuery(query, (from) => ({
        status: from.word('status', MESSAGE_STATUSES),
        type: from.text('type'),
        providerId: from.uuid('payment_provider_id'),
      }))
      return context.database.read(caller, async (reads) => {
        const { rows, total } = await listMessages(reads, filters, page)
        return { provider_messages: rows.map(toWireListedMessage), meta: metaOf(page, total) }
      })
    },
  )
  app.get<ById>(
    '/provider_messages/:id',
    { config, schema: providerMessageSchemas.show },
    async ({ caller, params }) => show(context, caller, params.id),
  )
  app.post<ById>(
    '/provider_messages/:id/replay',
    { config, schema: providerMessageSchemas.replay },
    async ({ caller, params }) => {
      if (!isId(params.id)) throw notFound('provider_message')
      await replayMessage(context, caller, params.id)
      return show(context, caller, params.id)
    },
  )
}

async function show({ database }: Context, caller: Caller, id: string): Promise<object> {
  const message = isId(id) ? await database.read(caller, (reads) => findMessage(reads, id)) : undefined
  if (!message) throw notFound('provider_message')
  return { provider_message: toWireMessage(message) }
}
