import { checkBillingEntity, type OrganizationChange } from '../../core/organizations/settings.ts'
import { accepted, notFound } from '../../core/refusal.ts'
import { readEndpoint } from '../../core/webhooks/endpoint.ts'
import { updateBillingEntity } from '../../store/billing-entities.ts'
import type { Tx } from '../../store/database.ts'
import { refusingDuplicates } from '../../store/duplicates.ts'
import { newId } from '../../store/ids.ts'
import { lockSettings } from '../../store/inherited-settings.ts'
import {
  findBillingEntity,
  type OrganizationRow,
  stamps,
  updateOrganization as writeOrganization,
} from '../../store/organizations.ts'
import { inTransaction } from '../../store/transaction.ts'
import { ts } from '../../store/values.ts'
import {
  insertWebhookEndpoint,
  lockWebhookEndpoints,
  pageOfWebhookEndpoints,
  updateWebhookEndpoint,
} from '../../store/webhook-endpoints.ts'
import type { Caller, Context } from '../context.ts'
import { spreadSettings } from '../customers/follow-settings.ts'
import { type Actor, logSecurity } from '../security-logs/log-security.ts'
import { awaitEventFaults } from '../webhook-endpoints/await-event-faults.ts'
import { resourcesOf } from '../webhook-endpoints/create-webhook-endpoint.ts'

/**
 * Updates the organization's settings and, in the same transaction, those of its default billing entity, which
 * invoices use. A webhook URL updates the first endpoint or creates one.
 */
export async function updateOrganization(
  context: Context,
  caller: Caller,
  change: OrganizationChange,
  actor: Actor,
): Promise<OrganizationRow> {
  const { organizationId } = caller
  const { shared, documentNumbering, slug, webhookUrl } = change
  const updatedAt = ts(caller.now)
  return inTransaction(context.database, caller, async (tx) => {
    await lockSettings(tx)
    const writing = writeOrganization(tx, organizationId, {
      ...shared,
      ...(documentNumbering === undefined ? {} : { documentNumbering }),
      ...(slug === undefined ? {} : { slug }),
      updatedAt,
    })
    const organization = await refusingDuplicates(writing, 'organizations_slug', 'slug')
    const entity = await findBillingEntity(tx, { isDefault: true })
    if (!entity) throw notFound('billing_entity')
    const numbering = documentNumbering === 'per_organization' ? 'per_billing_entity' : documentNumbering
    const changed = await updateBillingEntity(tx, entity.id, {
      ...shared,
      ...(numbering === undefined ? {} : { documentNumbering: numbering }),
      updatedAt,
    })
    accepted(checkBillingEntity(changed, 'org_must_be_in_eu'))
    await spreadSettings(tx, caller, entity, changed)
    if (webhookUrl !== undefined) {
      const { event, endpoint } = await setFirstEndpoint(tx, caller, webhookUrl)
      await logSecurity(context, tx, organizationId, event, actor, resourcesOf(endpoint))
    }
    return organization
  })
}

async function setFirstEndpoint(tx: Tx, caller: Caller, webhookUrl: string) {
  await lockWebhookEndpoints(tx, caller.organizationId)
  const fields = accepted(readEndpoint({ webhook_url: webhookUrl }, null))
  const [first] = (await pageOfWebhookEndpoints(tx, { perPage: 1, offset: 0 })).rows
  if (first) {
    const set = { webhookUrl: fields.webhookUrl, updatedAt: ts(caller.now) }
    const endpoint = await updateWebhookEndpoint(tx, first.id, set)
    return { event: 'webhook_endpoint.updated', endpoint } as const
  }
  await awaitEventFaults(tx, caller, fields)
  const endpoint = await insertWebhookEndpoint(tx, {
    organizationId: caller.organizationId,
    id: newId(),
    webhookUrl: fields.webhookUrl,
    signatureAlgo: fields.signatureAlgo,
    ...stamps(caller.now),
  })
  return { event: 'webhook_endpoint.created', endpoint } as const
}
