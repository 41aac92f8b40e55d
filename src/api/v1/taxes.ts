import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { Context } from '../../actions/context.ts'
import { createTax } from '../../actions/taxes/create-tax.ts'
import { deleteTax } from '../../actions/taxes/delete-tax.ts'
import { readTax } from '../../actions/taxes/read-tax.ts'
import { updateTax } from '../../actions/taxes/update-tax.ts'
import { accepted } from '../../core/refusal.ts'
import { readNewTax, readTaxChange } from '../../core/taxes/tax.ts'
import { entityCodesOfTaxes, listTaxes, type TaxRow } from '../../store/taxes.ts'
import { toWireTaxWithEntities } from '../../wire/taxes.ts'
import { metaOf, pageOf } from '../pagination.ts'
import { rootOf } from '../params.ts'
import { PageQuery } from '../schemas/pagination.ts'
import { Tax, TaxCreateInput, Taxes, TaxUpdateInput } from '../schemas/taxes.ts'

type ByCode = { Params: { code: string } }

const config = { resource: 'tax' } as const
const tags = ['taxes']
const params = Type.Object({ code: Type.String() })
const response = { 200: Tax }

/** Taxes, by code (docs/rules/taxes.md). */
export function taxesRoutes(app: FastifyInstance, context: Context): void {
  const answer = answerOf(context)
  app.post(
    '/taxes',
    { config, schema: { tags, summary: 'Create a tax', body: TaxCreateInput, response } },
    async (request) =>
      answer(
        request,
        await createTax(context, request.caller, accepted(readNewTax(rootOf(request.body, 'tax')))),
      ),
  )
  app.get(
    '/taxes',
    {
      config,
      schema: {
        tags,
        summary: 'List all taxes',
        querystring: PageQuery,
        response: { 200: Taxes },
      },
    },
    async (request) => {
      const page = pageOf(request.query)
      return context.database.read(request.caller, async (reads) => {
        const { rows, total } = await listTaxes(reads, page)
        const codes = await entityCodesOfTaxes(
          reads,
          rows.map((tax) => tax.id),
        )
        return {
          taxes: rows.map((tax) => toWireTaxWithEntities(tax, codes.get(tax.id) ?? [])),
          meta: metaOf(page, total),
        }
      })
    },
  )
  oneTaxRoutes(app, context)
}

function answerOf(context: Context): (request: FastifyRequest, tax: TaxRow) => Promise<object> {
  return async (request, tax) => {
    const codes = await context.database.read(request.caller, (reads) => entityCodesOfTaxes(reads, [tax.id]))
    return { tax: toWireTaxWithEntities(tax, codes.get(tax.id) ?? []) }
  }
}

function oneTaxRoutes(app: FastifyInstance, context: Context): void {
  const answer = answerOf(context)
  app.get<ByCode>(
    '/taxes/:code',
    { config, schema: { tags, summary: 'Retrieve a tax', params, response } },
    async (request) =>
      answer(
        request,
        await context.database.read(request.caller, (reads) => readTax(reads, request.params.code)),
      ),
  )
  app.route<ByCode>({
    method: ['PUT', 'PATCH'],
    url: '/taxes/:code',
    config,
    schema: { tags, summary: 'Update a tax', params, body: TaxUpdateInput, response },
    handler: async (request) => {
      const change = accepted(readTaxChange(rootOf(request.body, 'tax')))
      return answer(request, await updateTax(context, request.caller, request.params.code, change))
    },
  })
  app.delete<ByCode>(
    '/taxes/:code',
    { config, schema: { tags, summary: 'Delete a tax', params, response } },
    async (request) => answer(request, await deleteTax(context, request.caller, request.params.code)),
  )
}
