import type { FastifyInstance } from 'fastify'
import type { Context } from '../../../actions/context.ts'
import { portalUrlOf } from '../../../actions/portal/portal-links.ts'
import { updatePortalSettings } from '../../../actions/portal/update-portal-settings.ts'
import { readPortalSettings } from '../../../core/portal/portal-parts.ts'
import { accepted } from '../../../core/refusal.ts'
import { readOrganization } from '../../../store/organizations.ts'
import { readPortalPlanCodes } from '../../../store/portal-plans.ts'
import { toWirePortalSettings } from '../../../wire/portal/customer.ts'
import { rootOf } from '../../params.ts'
import { portalSchemas } from '../../schemas/portal.ts'

type OfCustomer = { Params: { external_customer_id: string } }

const ofCustomer = { resource: 'customer' } as const
const ofOrganization = { resource: 'organization' } as const

/** The link that opens the portal of a customer, as Lago has it. */
export function portalUrlRoutes(app: FastifyInstance, context: Context): void {
  app.get<OfCustomer>(
    '/customers/:external_customer_id/portal_url',
    { config: ofCustomer, schema: portalSchemas.url },
    async ({ caller, params }) => ({
      customer: {
        portal_url: await portalUrlOf(context, caller, params.external_customer_id, { isViewOnly: false }),
      },
    }),
  )
}

/** What customers see of the portal, and the look of a member at it; Lago has neither. */
export function portalSettingsRoutes(app: FastifyInstance, context: Context): void {
  app.get<OfCustomer>(
    '/customers/:external_customer_id/portal_view_url',
    { config: ofCustomer, schema: portalSchemas.viewUrl },
    async ({ caller, params }) => ({
      customer: {
        portal_url: await portalUrlOf(context, caller, params.external_customer_id, { isViewOnly: true }),
      },
    }),
  )
  app.get(
    '/portal_settings',
    { config: ofOrganization, schema: portalSchemas.settings },
    async ({ caller }) => {
      const { organizationId } = caller
      const [row, planCodes] = await context.database.read(caller, (reads) =>
        Promise.all([readOrganization(reads, organizationId), readPortalPlanCodes(reads)]),
      )
      return { portal_settings: toWirePortalSettings(row, planCodes) }
    },
  )
  app.route({
    method: ['PUT', 'PATCH'],
    url: '/portal_settings',
    config: ofOrganization,
    schema: portalSchemas.updateSettings,
    handler: async ({ caller, body }) => {
      const settings = accepted(readPortalSettings(rootOf(body, 'portal_settings')))
      const { row, planCodes } = await updatePortalSettings(context, caller, settings)
      return { portal_settings: toWirePortalSettings(row, planCodes) }
    },
  })
}
