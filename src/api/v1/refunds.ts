import type { FastifyInstance } from 'fastify'
import type { Caller, Context } from '../../actions/context.ts'
import { retryRefund } from '../../actions/refunds/retry-refund.ts'
import { notFound } from '../../core/refusal.ts'
import { isId } from '../../store/ids.ts'
import { findRefund, listRefunds } from '../../store/refunds.ts'
import { toWireRefund } from '../../wire/refunds.ts'
import { metaOf, pageOf } from '../pagination.ts'
import { refundSchemas } from '../schemas/refunds.ts'

type ById = { Params: { id: string } }

const config = { resource: 'payment' } as const

/** Money that providers give back, under /api/weir/v1 because Lago shows it on credit notes alone. */
export function refundsRoutes(app: FastifyInstance, context: Context): void {
  app.get('/refunds', { config, schema: refundSchemas.list }, async ({ caller, query }) => {
    const page = pageOf(query)
    return context.database.read(caller, async (reads) => {
      const { rows, total } = await listRefunds(reads, page)
      return { refunds: rows.map(toWireRefund), meta: metaOf(page, total) }
    })
  })
  app.get<ById>('/refunds/:id', { config, schema: refundSchemas.show }, async ({ caller, params }) =>
    show(context, caller, params.id),
  )
  app.post<ById>(
    '/refunds/:id/retry',
    { config, schema: refundSchemas.retry },
    async ({ caller, params }) => {
      if (!isId(params.id)) throw notFound('refund')
      return { refund: toWireRefund(await retryRefund(context, caller, params.id)) }
    },
  )
}

async function show({ database }: Context, caller: Caller, id: string): Promise<object> {
  const refund = isId(id) ? await database.read(caller, (reads) => findRefund(reads, id)) : undefined
  if (!refund) throw notFound('refund')
  return { refund: toWireRefund(refund) }
}
