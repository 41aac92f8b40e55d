import type { FastifyInstance } from 'fastify'
import type { Context } from '../../actions/context.ts'
import { revokeLinks } from '../../actions/documents/revoke-links.ts'
import { createOwnOrganization } from '../../actions/organizations/create-own-organization.ts'
import { removeSandbox } from '../../actions/organizations/remove-sandbox.ts'
import { renameOrganization } from '../../actions/organizations/rename-organization.ts'
import { updateOrganization } from '../../actions/organizations/update-organization.ts'
import {
  readNewOrganization,
  readOrganizationChange,
  readOrganizationName,
} from '../../core/organizations/settings.ts'
import { accepted, notFound } from '../../core/refusal.ts'
import { readOrganization } from '../../store/organizations.ts'
import { taxesOfOwners } from '../../store/taxes.ts'
import { listWebhookEndpoints } from '../../store/webhooks.ts'
import { toWireOrganization } from '../../wire/organizations.ts'
import { toWireOwnOrganization } from '../../wire/sessions.ts'
import { toWireTax } from '../../wire/taxes.ts'
import { isoSeconds } from '../../wire/times.ts'
import { actorOf } from '../actor.ts'
import { requireSession } from '../members.ts'
import { bodyOf, rootOf } from '../params.ts'
import {
  fileLinksSchema,
  Organization,
  OrganizationUpdateInput,
  organizationNameSchema,
  ownOrganizationSchema,
  sandboxRemovalSchema,
} from '../schemas/organizations.ts'

const config = { resource: 'organization' } as const
const tags = ['organizations']

/** The caller's own organization. */
export function organizationsRoutes(app: FastifyInstance, context: Context): void {
  app.get(
    '/organizations',
    { config, schema: { tags, summary: 'Retrieve your organization', response: { 200: Organization } } },
    async (request) =>
      context.database.read(request.caller, async (reads) => {
        const organization = await readOrganization(reads, request.caller.organizationId)
        const endpoints = await listWebhookEndpoints(reads)
        return {
          organization: toWireOrganization(
            organization,
            endpoints.map((endpoint) => endpoint.webhookUrl),
          ),
        }
      }),
  )
  app.route({
    method: ['PUT', 'PATCH'],
    url: '/organizations',
    config,
    schema: {
      tags,
      summary: 'Update your organization',
      body: OrganizationUpdateInput,
      response: { 200: Organization },
    },
    handler: async (request) => {
      const change = accepted(readOrganizationChange(rootOf(request.body, 'organization')))
      const organization = await updateOrganization(context, request.caller, change, actorOf(request))
      return context.database.read(request.caller, async (reads) => {
        const endpoints = await listWebhookEndpoints(reads)
        // The default billing entity has the id of its organization.
        const taxes = await taxesOfOwners(reads, { billingEntityIds: [organization.id] })
        const urls = endpoints.map((endpoint) => endpoint.webhookUrl)
        return {
          organization: {
            ...toWireOrganization(organization, urls),
            taxes: (taxes.billingEntities.get(organization.id) ?? []).map(toWireTax),
          },
        }
      })
    },
  })
}

/** How the organization is called, which Lago changes for its operator only. */
export function organizationNameRoutes(app: FastifyInstance, context: Context): void {
  app.put('/organization', { config, schema: organizationNameSchema }, async ({ body, caller }) => {
    const { name } = accepted(readOrganizationName(rootOf(body, 'organization')))
    const change = { name, premiumIntegrations: null }
    return {
      organization: toWireOwnOrganization(await renameOrganization(context, caller.organizationId, change)),
    }
  })
}

/** The links to files that the organization has given: all of them can be made void. */
export function fileLinksRoutes(app: FastifyInstance, context: Context): void {
  app.delete('/file_links', { config, schema: fileLinksSchema }, async ({ caller }) => ({
    file_links: { revoked_at: isoSeconds(await revokeLinks(context, caller)) },
  }))
}

/** Removing the sandbox that a request is for, which has to be named once more; only for members. */
export function sandboxesRoutes(app: FastifyInstance, context: Context): void {
  const config = { permission: 'organization:delete', isLogged: false, isAboutClock: true } as const
  app.delete<{ Params: { slug: string } }>(
    '/sandboxes/:slug',
    { config, schema: sandboxRemovalSchema },
    async ({ caller, params }) => {
      if (caller.organization.slug !== params.slug) throw notFound('organization')
      return { organization: toWireOwnOrganization(await removeSandbox(context, caller)) }
    },
  )
}

/** Making organizations, which belongs to none: only a session opens it. */
export function ownOrganizationsRoutes(app: FastifyInstance, context: Context): void {
  app.post('/organizations', { schema: ownOrganizationSchema }, async (request) => {
    const session = await requireSession(context, request)
    const input = accepted(readNewOrganization(bodyOf(request.body)))
    return { organization: toWireOwnOrganization(await createOwnOrganization(context, session, input)) }
  })
}
