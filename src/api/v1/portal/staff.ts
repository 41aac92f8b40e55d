import type { FastifyInstance } from 'fastify'
import type { Context } from '../../../actions/context.ts'
import { portalUrlOf } from '../../../actions/portal/portal-links.ts'
import { updatePortalSettings } from '../../../actions/portal/update-portal-settings.ts'
import { accentsOf, isColor, nearestAccent } from '../../../core/portal/accent-color.ts'
import { readPortalSettings } from '../../../core/portal/portal-parts.ts'
import { accepted, invalid } from '../../../core/refusal.ts'
import { readOrganization } from '../../../store/organizations.ts'
import { readPortalFileHashes } from '../../../store/portal-files.ts'
import { readPortalPlanCodes } from '../../../store/portal-plans.ts'
import { toWirePortalSettings } from '../../../wire/portal/customer.ts'
import { PORTAL_LOOK_BODY_BYTES } from '../../limits.ts'
import { rootOf } from '../../params.ts'
import { readQuery } from '../../query.ts'
import { portalSettingsSchemas } from '../../schemas/portal-settings.ts'

type OfCustomer = { Params: { external_customer_id: string } }

const ofCustomer = { resource: 'customer' } as const
const ofOrganization = { resource: 'organization' } as const

/** The link that opens the portal of a customer, as Lago has it. */
export function portalUrlRoutes(app: FastifyInstance, context: Context): void {
  app.get<OfCustomer>(
    '/customers/:external_customer_id/portal_url',
    { config: ofCustomer, schema: portalSettingsSchemas.url },
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
    { config: ofCustomer, schema: portalSettingsSchemas.viewUrl },
    async ({ caller, params }) => ({
      customer: {
        portal_url: await portalUrlOf(context, caller, params.external_customer_id, { isViewOnly: true }),
      },
    }),
  )
  app.get(
    '/portal_settings',
    { config: ofOrganization, schema: portalSettingsSchemas.settings },
    async ({ caller }) => {
      const { organizationId } = caller
      const [row, planCodes, files] = await context.database.read(caller, (reads) =>
        Promise.all([
          readOrganization(reads, organizationId),
          readPortalPlanCodes(reads),
          readPortalFileHashes(reads),
        ]),
      )
      return { portal_settings: toWirePortalSettings(row, { planCodes, files }) }
    },
  )
  app.get(
    '/portal_accents',
    { config: ofOrganization, schema: portalSettingsSchemas.accents },
    async ({ query }) => {
      const { color } = readQuery(query, (from) => ({ color: from.text('accent_color') }))
      const accent = (color ?? '').trim().toLowerCase()
      if (!isColor(accent)) throw invalid({ accent_color: ['invalid_format'] })
      const nearest = nearestAccent(accent)
      return { portal_accents: { nearest_accent_color: nearest, accents: accentsOf(nearest) } }
    },
  )
  app.route({
    method: ['PUT', 'PATCH'],
    url: '/portal_settings',
    config: ofOrganization,
    bodyLimit: PORTAL_LOOK_BODY_BYTES,
    schema: portalSettingsSchemas.updateSettings,
    handler: async ({ caller, body }) => {
      const settings = accepted(readPortalSettings(rootOf(body, 'portal_settings')))
      const { row, ...more } = await updatePortalSettings(context, caller, settings)
      app.portalHosts.forget()
      return { portal_settings: toWirePortalSettings(row, more) }
    },
  })
}
