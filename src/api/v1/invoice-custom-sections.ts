import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import type { Context } from '../../actions/context.ts'
import {
  createCustomSection,
  deleteCustomSection,
  updateCustomSection,
} from '../../actions/invoice-custom-sections/change-custom-sections.ts'
import { readNewSection, readSectionChange } from '../../core/invoice-custom-sections/section-input.ts'
import { accepted, notFound } from '../../core/refusal.ts'
import { findCustomSection, listCustomSections } from '../../store/invoice-custom-sections.ts'
import { toWireCustomSection } from '../../wire/invoice-custom-sections.ts'
import { metaOf, pageOf } from '../pagination.ts'
import { rootOf } from '../params.ts'
import { CustomSectionInput, InvoiceCustomSectionObject } from '../schemas/invoice-custom-sections.ts'
import { PageQuery, PaginationMeta } from '../schemas/pagination.ts'

type ByCode = { Params: { code: string } }

const config = { resource: 'invoice_custom_section' } as const
const ROOT = 'invoice_custom_section'
const tags = ['invoice_custom_sections']
const params = Type.Object({ code: Type.String() })
const response = { 200: Type.Object({ invoice_custom_section: InvoiceCustomSectionObject }) }
const listResponse = {
  200: Type.Object({
    invoice_custom_sections: Type.Array(InvoiceCustomSectionObject),
    meta: PaginationMeta,
  }),
}

/** Custom sections by their code (docs/rules/invoices.md#custom-sections). */
export function invoiceCustomSectionsRoutes(app: FastifyInstance, context: Context): void {
  const path = '/invoice_custom_sections'
  app.post(
    path,
    { config, schema: { tags, summary: 'Create a custom section', body: CustomSectionInput, response } },
    async ({ caller, body }) => {
      const section = await createCustomSection(context, caller, accepted(readNewSection(rootOf(body, ROOT))))
      return { invoice_custom_section: toWireCustomSection(section) }
    },
  )
  app.get(
    path,
    {
      config,
      schema: { tags, summary: 'List all custom sections', querystring: PageQuery, response: listResponse },
    },
    async ({ caller, query }) => {
      const page = pageOf(query)
      const { rows, total } = await context.database.read(caller, (reads) => listCustomSections(reads, page))
      return { invoice_custom_sections: rows.map(toWireCustomSection), meta: metaOf(page, total) }
    },
  )
  app.get<ByCode>(
    `${path}/:code`,
    { config, schema: { tags, summary: 'Retrieve a custom section', params, response } },
    async ({ caller, params: { code } }) => {
      const section = await context.database.read(caller, (reads) => findCustomSection(reads, code))
      if (!section) throw notFound('invoice_custom_section')
      return { invoice_custom_section: toWireCustomSection(section) }
    },
  )
  app.route<ByCode>({
    method: ['PUT', 'PATCH'],
    url: `${path}/:code`,
    config,
    schema: { tags, summary: 'Update a custom section', params, body: CustomSectionInput, response },
    handler: async ({ caller, body, params: { code } }) => {
      const change = accepted(readSectionChange(rootOf(body, ROOT)))
      const section = await updateCustomSection(context, caller, code, change)
      return { invoice_custom_section: toWireCustomSection(section) }
    },
  })
  app.delete<ByCode>(
    `${path}/:code`,
    { config, schema: { tags, summary: 'Delete a custom section', params, response } },
    async ({ caller, params: { code } }) => ({
      invoice_custom_section: toWireCustomSection(await deleteCustomSection(context, caller, code)),
    }),
  )
}
