import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import type { Context } from '../../actions/context.ts'
import { deleteFee } from '../../actions/fees/delete-fee.ts'
import { readFee } from '../../actions/fees/read-fee.ts'
import { updateFee } from '../../actions/fees/update-fee.ts'
import { given } from '../../core/input/fields.ts'
import { FEE_TYPES } from '../../core/invoicing/fee-draft.ts'
import { FEE_INSTANTS, FEE_PAYMENT_STATUSES, type FeeFilters, listFees } from '../../store/fees.ts'
import { toWireFee } from '../../wire/fees.ts'
import { metaOf, pageOf } from '../pagination.ts'
import { rootOf } from '../params.ts'
import { readQuery } from '../query.ts'
import { Fee, FeesPaginated, FeesQuery, FeeUpdateInput } from '../schemas/fees.ts'

type ById = { Params: { id: string } }

const config = { resource: 'fee' } as const
const tags = ['fees']
const params = Type.Object({ id: Type.String() })
const response = { 200: Fee }

/** Fees for usage and plans, invoiced or not. */
export function feesRoutes(app: FastifyInstance, context: Context): void {
  app.get(
    '/fees',
    {
      config,
      schema: { tags, summary: 'List all fees', querystring: FeesQuery, response: { 200: FeesPaginated } },
    },
    async (request) => {
      const page = pageOf(request.query)
      const filters = filtersOf(request.query)
      const { rows, total } = await context.database.read(request.caller, (reads) =>
        listFees(reads, filters, page),
      )
      return { fees: rows.map(toWireFee), meta: metaOf(page, total) }
    },
  )
  app.get<ById>(
    '/fees/:id',
    { config, schema: { tags, summary: 'Retrieve a fee', params, response } },
    async (request) => {
      const fee = await context.database.read(request.caller, (reads) => readFee(reads, request.params.id))
      return { fee: toWireFee(fee) }
    },
  )
  app.route<ById>({
    method: ['PUT', 'PATCH'],
    url: '/fees/:id',
    config,
    schema: { tags, summary: 'Update a fee', params, body: FeeUpdateInput, response },
    handler: async (request) => {
      const { payment_status: status } = rootOf(request.body, 'fee')
      return { fee: toWireFee(await updateFee(context, request.caller, request.params.id, status)) }
    },
  })
  app.delete<ById>(
    '/fees/:id',
    { config, schema: { tags, summary: 'Delete a fee', params, response } },
    async (request) => ({ fee: toWireFee(await deleteFee(context, request.caller, request.params.id)) }),
  )
}

const filtersOf = (query: unknown): FeeFilters =>
  readQuery(query, (query) => ({
    ...given({
      feeType: query.word('fee_type', FEE_TYPES),
      paymentStatus: query.word('payment_status', FEE_PAYMENT_STATUSES),
      externalSubscriptionId: query.id('external_subscription_id'),
      externalCustomerId: query.id('external_customer_id'),
      billableMetricCode: query.id('billable_metric_code'),
      currency: query.currency('currency'),
      eventTransactionId: query.id('event_transaction_id'),
    }),
    spans: FEE_INSTANTS.map((of) => ({
      of,
      ...given({ from: query.instant(`${of}_from`), to: query.instant(`${of}_to`) }),
    })),
  }))
