import type { FastifyInstance } from 'fastify'
import type { Context } from '../actions/context.ts'
import { regenerateDocument } from '../actions/documents/regenerate-document.ts'
import { createOrganization } from '../actions/organizations/create-organization.ts'
import { renameOrganization } from '../actions/organizations/rename-organization.ts'
import { invalid, notFound, Refusal } from '../core/refusal.ts'
import { isId } from '../store/ids.ts'
import type { OrganizationRow } from '../store/organizations.ts'
import { isoSeconds } from '../wire/times.ts'
import { AdminKey } from './admin-key.ts'
import { isObject } from './params.ts'
import { adminSchemas } from './schemas/admin.ts'

const TEXT_LENGTH_MAX = 255

/** The admin API: bodies have no root key, ids are named `id`, creation returns 201. */
export function adminRoutes(app: FastifyInstance, context: Context): void {
  const key = new AdminKey(context)
  // Before the body is read.
  app.addHook('onRequest', async (request) => key.check(request))
  app.post('/admin/organizations', { schema: adminSchemas.create }, async (request, reply) => {
    const body = objectOf(request.body)
    const name = textOf(body, 'name')
    if (name === null) throw invalid({ name: ['value_is_mandatory'] })
    const made = await createOrganization(context, {
      name,
      email: textOf(body, 'email'),
      isSandbox: body.sandbox === true,
      premiumIntegrations: textsOf(body.premium_integrations) ?? [],
    })
    return reply.code(201).send({
      organization: { ...toWireAdminOrganization(made.organization), api_key: made.apiKey },
      invite_url: made.inviteUrl,
    })
  })
  app.put<{ Params: { id: string } }>(
    '/admin/organizations/:id',
    { schema: adminSchemas.update },
    async (request) => {
      if (!isId(request.params.id)) throw notFound('organization')
      const body = objectOf(request.body)
      const organization = await renameOrganization(context, request.params.id, {
        name: textOf(body, 'name'),
        premiumIntegrations: textsOf(body.premium_integrations),
      })
      return { organization: toWireAdminOrganization(organization) }
    },
  )
  invoiceRoutes(app, context)
}

/** Documents of any organization, by the operator. */
function invoiceRoutes(app: FastifyInstance, context: Context): void {
  app.post<{ Params: { id: string } }>(
    '/admin/invoices/:id/regenerate',
    { schema: adminSchemas.regenerate },
    async (request, reply) => {
      if (!isId(request.params.id)) throw notFound('invoice')
      const body = isObject(request.body) ? request.body : {}
      await regenerateDocument(context, request.params.id, { refreshParties: body.refresh_parties === true })
      return reply.send()
    },
  )
}

function objectOf(body: unknown): Readonly<Record<string, unknown>> {
  if (!isObject(body)) throw new Refusal({ kind: 'bad_request', message: 'the body is not a JSON object' })
  return body
}

/** A trimmed string, or null; 422 `value_is_too_long` above 255 characters. */
function textOf(body: Readonly<Record<string, unknown>>, field: string): string | null {
  const value = body[field]
  const text = typeof value === 'string' ? value.trim() : ''
  if (text.length > TEXT_LENGTH_MAX) throw invalid({ [field]: ['value_is_too_long'] })
  return text === '' ? null : text
}

function textsOf(value: unknown): string[] | null {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : null
}

function toWireAdminOrganization(organization: OrganizationRow): object {
  return {
    id: organization.id,
    lago_id: organization.id,
    name: organization.name,
    document_numbering: organization.documentNumbering,
    premium_integrations: organization.premiumIntegrations,
    sandbox: organization.isSandbox,
    created_at: isoSeconds(organization.createdAt),
    updated_at: isoSeconds(organization.updatedAt),
  }
}
