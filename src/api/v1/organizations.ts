import type { FastifyInstance } from 'fastify'
import type { Context } from '../../actions/context.ts'
import { updateOrganization } from '../../actions/organizations/update-organization.ts'
import { readOrganizationChange } from '../../core/organizations/settings.ts'
import { accepted } from '../../core/refusal.ts'
import { readOrganization } from '../../store/organizations.ts'
import { taxesOfOwners } from '../../store/taxes.ts'
import { listWebhookEndpoints } from '../../store/webhooks.ts'
import { toWireOrganization } from '../../wire/organizations.ts'
import { toWireTax } from '../../wire/taxes.ts'
import { rootOf } from '../params.ts'
import { Organization, OrganizationUpdateInput } from '../schemas/organizations.ts'

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
      const organization = await updateOrganization(context, request.caller, change)
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
