import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { createAddOn } from '../../actions/add-ons/create-add-on.ts'
import { deleteAddOn } from '../../actions/add-ons/delete-add-on.ts'
import { updateAddOn } from '../../actions/add-ons/update-add-on.ts'
import type { Context } from '../../actions/context.ts'
import { readAddOnChange, readNewAddOn } from '../../core/add-ons/add-on.ts'
import { accepted, notFound } from '../../core/refusal.ts'
import { findAddOn, listAddOns, withTaxes } from '../../store/add-ons.ts'
import { toWireAddOn } from '../../wire/add-ons.ts'
import { metaOf, pageOf } from '../pagination.ts'
import { rootOf } from '../params.ts'
import { AddOn, AddOnCreateInput, AddOns, AddOnUpdateInput } from '../schemas/add-ons.ts'
import { PageQuery } from '../schemas/pagination.ts'

type ByCode = { Params: { code: string } }

const config = { resource: 'add_on' } as const
const tags = ['add_ons']
const params = Type.Object({ code: Type.String() })
const response = { 200: AddOn }

/** Add-ons by their code (docs/rules/fixed-charges.md#add-ons). */
export function addOnsRoutes(app: FastifyInstance, context: Context): void {
  app.post(
    '/add_ons',
    { config, schema: { tags, summary: 'Create an add-on', body: AddOnCreateInput, response } },
    async (request) => {
      const input = accepted(readNewAddOn(rootOf(request.body, 'add_on')))
      return { add_on: toWireAddOn(await createAddOn(context, request.caller, input)) }
    },
  )
  app.get(
    '/add_ons',
    {
      config,
      schema: { tags, summary: 'List all add-ons', querystring: PageQuery, response: { 200: AddOns } },
    },
    async (request) => {
      const page = pageOf(request.query)
      return context.database.read(request.caller, async (reads) => {
        const { rows, total } = await listAddOns(reads, page)
        return { add_ons: (await withTaxes(reads, rows)).map(toWireAddOn), meta: metaOf(page, total) }
      })
    },
  )
  oneAddOnRoutes(app, context)
}

function oneAddOnRoutes(app: FastifyInstance, context: Context): void {
  app.get<ByCode>(
    '/add_ons/:code',
    { config, schema: { tags, summary: 'Retrieve an add-on', params, response } },
    async (request) =>
      context.database.read(request.caller, async (reads) => {
        const found = await findAddOn(reads, request.params.code)
        const [addOn] = found ? await withTaxes(reads, [found]) : []
        if (!addOn) throw notFound('add_on')
        return { add_on: toWireAddOn(addOn) }
      }),
  )
  app.route<ByCode>({
    method: ['PUT', 'PATCH'],
    url: '/add_ons/:code',
    config,
    schema: { tags, summary: 'Update an add-on', params, body: AddOnUpdateInput, response },
    handler: async (request) => {
      const change = accepted(readAddOnChange(rootOf(request.body, 'add_on')))
      return { add_on: toWireAddOn(await updateAddOn(context, request.caller, request.params.code, change)) }
    },
  })
  app.delete<ByCode>(
    '/add_ons/:code',
    { config, schema: { tags, summary: 'Delete an add-on', params, response } },
    async (request) => ({
      add_on: toWireAddOn(await deleteAddOn(context, request.caller, request.params.code)),
    }),
  )
}
