import type { FastifyInstance } from 'fastify'
import type { Context } from '../../actions/context.ts'
import { notFound } from '../../core/refusal.ts'
import { isId } from '../../store/ids.ts'
import { findReceipt, listReceipts, receiptViews } from '../../store/payment-receipts.ts'
import { toWirePaymentReceipt } from '../../wire/payment-receipts.ts'
import { metaOf, pageOf } from '../pagination.ts'
import { readQuery } from '../query.ts'
import { paymentReceiptSchemas } from '../schemas/payment-receipts.ts'

type ById = { Params: { id: string } }

/** Whoever may read invoices may read their receipts. */
const config = { resource: 'invoice' } as const

/** Receipts of payments: list and retrieve (docs/rules/payments.md#receipts). */
export function paymentReceiptsRoutes(app: FastifyInstance, { database }: Context): void {
  app.get('/payment_receipts', { config, schema: paymentReceiptSchemas.list }, async ({ caller, query }) => {
    const page = pageOf(query)
    const filters = readQuery(query, (from) => ({ invoiceId: from.uuid('invoice_id') }))
    return database.read(caller, async (reads) => {
      const { rows, total } = await listReceipts(reads, filters, page)
      const receipts = await receiptViews(reads, rows)
      return {
        payment_receipts: receipts.map((receipt) => toWirePaymentReceipt(receipt, caller.links)),
        meta: metaOf(page, total),
      }
    })
  })
  app.get<ById>(
    '/payment_receipts/:id',
    { config, schema: paymentReceiptSchemas.show },
    async ({ caller, params: { id } }) => {
      if (!isId(id)) throw notFound('payment_receipt')
      return database.read(caller, async (reads) => {
        const row = await findReceipt(reads, id)
        const [receipt] = row ? await receiptViews(reads, [row]) : []
        if (!receipt) throw notFound('payment_receipt')
        return { payment_receipt: toWirePaymentReceipt(receipt, caller.links) }
      })
    },
  )
}
