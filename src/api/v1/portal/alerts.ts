import type { FastifyInstance } from 'fastify'
import type { Context } from '../../../actions/context.ts'
import { changeOwnAlert, createOwnAlert, deleteOwnAlert } from '../../../actions/portal/own-alerts.ts'
import { hasOwnAlerts, OWN_ALERT_TYPES, readOwnAlert } from '../../../core/portal/own-alert.ts'
import { accepted } from '../../../core/refusal.ts'
import { listOwnAlerts } from '../../../store/portal-alerts.ts'
import { toWireOwnAlert } from '../../../wire/portal/alerts.ts'
import { metaOf, pageOf } from '../../pagination.ts'
import { rootOf } from '../../params.ts'
import { portalAlertSchemas } from '../../schemas/portal-alerts.ts'

type ById = { Params: { id: string } }

const config = { part: 'alerts' } as const

/** The alerts that a customer sets on its usage and balances; those of the organization are not among them. */
export function portalAlertsRoutes(app: FastifyInstance, context: Context): void {
  app.get('/alerts', { config, schema: portalAlertSchemas.list }, async ({ caller, visit, query }) => {
    const page = pageOf(query)
    const types = OWN_ALERT_TYPES.filter((type) => hasOwnAlerts(visit.organization.portalParts, type))
    const { rows, total } = await context.database.read(caller, (reads) =>
      listOwnAlerts(reads, visit.customer.id, types, page),
    )
    return { alerts: rows.map(toWireOwnAlert), meta: metaOf(page, total) }
  })
  app.post('/alerts', { config, schema: portalAlertSchemas.create }, async ({ caller, visit, body }) => {
    const alert = accepted(readOwnAlert(rootOf(body, 'alert')))
    return { alert: toWireOwnAlert(await createOwnAlert(context, caller, visit.customer, alert)) }
  })
  app.put<ById>('/alerts/:id', { config, schema: portalAlertSchemas.change }, async (request) => {
    const { caller, visit, params, body } = request
    const change = { id: params.id, input: rootOf(body, 'alert') }
    return { alert: toWireOwnAlert(await changeOwnAlert(context, caller, visit.customer, change)) }
  })
  app.delete<ById>('/alerts/:id', { config, schema: portalAlertSchemas.remove }, async (request) => {
    const { caller, visit, params } = request
    return { alert: toWireOwnAlert(await deleteOwnAlert(context, caller, visit.customer, params.id)) }
  })
}
