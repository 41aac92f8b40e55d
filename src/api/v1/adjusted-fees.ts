import type { FastifyInstance } from 'fastify'
import { createAdjustedFee } from '../../actions/adjusted-fees/create-adjusted-fee.ts'
import { deleteAdjustedFee } from '../../actions/adjusted-fees/delete-adjusted-fee.ts'
import type { Context } from '../../actions/context.ts'
import { notFound } from '../../core/refusal.ts'
import { listAdjustedFees } from '../../store/adjusted-fees.ts'
import { isId } from '../../store/ids.ts'
import { findInvoice } from '../../store/invoices.ts'
import { toWireAdjustedFee } from '../../wire/adjusted-fees.ts'
import { metaOf, pageOf } from '../pagination.ts'
import { rootOf } from '../params.ts'
import { adjustedFeeSchemas } from '../schemas/adjusted-fees.ts'

const CONFIG = { config: { resource: 'invoice' } } as const

type OfInvoice = { Params: { id: string } }
type OneOfInvoice = { Params: { id: string; adjusted_fee_id: string } }

/** Changes by hand to the fees of drafts (docs/rules/invoices.md#adjusted-fees). */
export function adjustedFeesRoutes(app: FastifyInstance, context: Context): void {
  app.get<OfInvoice>(
    '/invoices/:id/adjusted_fees',
    { ...CONFIG, schema: adjustedFeeSchemas.list },
    async ({ caller, params, query }) => {
      const page = pageOf(query)
      const id = idOf(params.id)
      return context.database.read(caller, async (reads) => {
        if (!(await findInvoice(reads, id))) throw notFound('invoice')
        const { rows, total } = await listAdjustedFees(reads, id, page)
        return { adjusted_fees: rows.map(toWireAdjustedFee), meta: metaOf(page, total) }
      })
    },
  )
  app.post<OfInvoice>(
    '/invoices/:id/adjusted_fees',
    { ...CONFIG, schema: adjustedFeeSchemas.create },
    async ({ caller, params, body }) => {
      const input = rootOf(body, 'adjusted_fee')
      const adjusted = await createAdjustedFee(context, caller, idOf(params.id), input)
      return { adjusted_fee: toWireAdjustedFee(adjusted) }
    },
  )
  app.delete<OneOfInvoice>(
    '/invoices/:id/adjusted_fees/:adjusted_fee_id',
    { ...CONFIG, schema: adjustedFeeSchemas.remove },
    async ({ caller, params }) => {
      const invoiceId = idOf(params.id)
      if (!isId(params.adjusted_fee_id)) throw notFound('adjusted_fee')
      const removed = await deleteAdjustedFee(context, caller, invoiceId, params.adjusted_fee_id)
      return { adjusted_fee: toWireAdjustedFee(removed) }
    },
  )
}

function idOf(id: string): string {
  if (!isId(id)) throw notFound('invoice')
  return id
}
