import type { FastifyInstance } from 'fastify'
import type { Context } from '../../actions/context.ts'
import { setCustomerDunning, setEntityDunning } from '../../actions/dunning-campaigns/assign-campaign.ts'
import {
  changeCampaign,
  createCampaign,
  deleteCampaign,
} from '../../actions/dunning-campaigns/change-campaign.ts'
import { readCampaignChange, readNewCampaign } from '../../core/dunning/campaign-input.ts'
import { accepted, notFound } from '../../core/refusal.ts'
import { listBillingEntities } from '../../store/billing-entities.ts'
import { findCustomer } from '../../store/customers.ts'
import { readDunning } from '../../store/dunning.ts'
import {
  campaignViews,
  findCampaign,
  findCampaignsById,
  listCampaigns,
} from '../../store/dunning-campaigns.ts'
import { pageOfDunned, readFunnel } from '../../store/dunning-progress.ts'
import {
  toWireDunnedCustomer,
  toWireDunning,
  toWireDunningCampaign,
  toWireFunnel,
} from '../../wire/dunning-campaigns.ts'
import { metaOf, pageOf } from '../pagination.ts'
import { rootOf } from '../params.ts'
import { dunningSchemas } from '../schemas/dunning-campaigns.ts'

type ByCode = { Params: { code: string } }
type OfCustomer = { Params: { external_id: string } }

const config = { resource: 'payment_request' } as const
const ROOT = 'dunning_campaign'

/** Dunning campaigns, under /api/weir/v1 because Lago has them in its dashboard alone. */
export function dunningCampaignsRoutes(app: FastifyInstance, context: Context): void {
  app.post('/dunning_campaigns', { config, schema: dunningSchemas.create }, async ({ caller, body }) => {
    const settings = accepted(readNewCampaign(rootOf(body, ROOT)))
    return { dunning_campaign: toWireDunningCampaign(await createCampaign(context, caller, settings)) }
  })
  app.get('/dunning_campaigns', { config, schema: dunningSchemas.list }, async ({ caller, query }) => {
    const page = pageOf(query)
    return context.database.read(caller, async (reads) => {
      const { rows, total } = await listCampaigns(reads, page)
      const campaigns = await campaignViews(reads, rows)
      return { dunning_campaigns: campaigns.map(toWireDunningCampaign), meta: metaOf(page, total) }
    })
  })
  oneCampaignRoutes(app, context)
  progressRoutes(app, context)
  assignmentRoutes(app, context)
}

function progressRoutes(app: FastifyInstance, { database }: Context): void {
  const url = '/dunning_campaigns/:code'
  app.get<ByCode>(`${url}/funnel`, { config, schema: dunningSchemas.funnel }, async ({ caller, params }) =>
    database.read(caller, async (reads) => {
      const campaign = await findCampaign(reads, params.code)
      if (!campaign) throw notFound('dunning_campaign')
      return { funnel: toWireFunnel(await readFunnel(reads, campaign)) }
    }),
  )
  app.get<ByCode>(
    `${url}/customers`,
    { config, schema: dunningSchemas.customers },
    async ({ caller, params, query }) => {
      const page = pageOf(query)
      return database.read(caller, async (reads) => {
        const campaign = await findCampaign(reads, params.code)
        if (!campaign) throw notFound('dunning_campaign')
        const { rows, total } = await pageOfDunned(reads, campaign, page)
        return {
          customers: rows.map((row) => toWireDunnedCustomer(row, campaign)),
          meta: metaOf(page, total),
        }
      })
    },
  )
}

function oneCampaignRoutes(app: FastifyInstance, context: Context): void {
  const url = '/dunning_campaigns/:code'
  app.get<ByCode>(url, { config, schema: dunningSchemas.show }, async ({ caller, params }) =>
    context.database.read(caller, async (reads) => {
      const row = await findCampaign(reads, params.code)
      const [campaign] = row ? await campaignViews(reads, [row]) : []
      if (!campaign) throw notFound('dunning_campaign')
      return { dunning_campaign: toWireDunningCampaign(campaign) }
    }),
  )
  app.route<ByCode>({
    method: ['PUT', 'PATCH'],
    url,
    config,
    schema: dunningSchemas.update,
    handler: async ({ caller, params, body }) => {
      const change = accepted(readCampaignChange(rootOf(body, ROOT)))
      const campaign = await changeCampaign(context, caller, params.code, change)
      return { dunning_campaign: toWireDunningCampaign(campaign) }
    },
  })
  app.delete<ByCode>(url, { config, schema: dunningSchemas.remove }, async ({ caller, params }) => ({
    dunning_campaign: toWireDunningCampaign(await deleteCampaign(context, caller, params.code)),
  }))
}

function assignmentRoutes(app: FastifyInstance, context: Context): void {
  const url = '/customers/:external_id/dunning'
  app.get<OfCustomer>(url, { config, schema: dunningSchemas.showCustomer }, async ({ caller, params }) =>
    context.database.read(caller, async (reads) => {
      const customer = await findCustomer(reads, params.external_id)
      if (!customer) throw notFound('customer')
      return { dunning: toWireDunning(customer.externalId, await readDunning(reads, customer.id)) }
    }),
  )
  app.route<OfCustomer>({
    method: ['PUT', 'PATCH'],
    url,
    config,
    schema: dunningSchemas.updateCustomer,
    handler: async ({ caller, params: { external_id: externalId }, body }) => {
      const dunning = await setCustomerDunning(context, caller, externalId, rootOf(body, 'dunning'))
      return { dunning: toWireDunning(externalId, dunning) }
    },
  })
  const ofEntity = '/billing_entities/:code/dunning'
  app.get<ByCode>(ofEntity, { config, schema: dunningSchemas.showEntity }, async ({ caller, params }) =>
    context.database.read(caller, async (reads) => {
      const entity = (await listBillingEntities(reads)).find(({ code }) => code === params.code)
      if (!entity) throw notFound('billing_entity')
      const { code, appliedDunningCampaignId: id } = entity
      const [campaign] = id === null ? [] : await findCampaignsById(reads, [id])
      return { dunning: { billing_entity_code: code, dunning_campaign_code: campaign?.code ?? null } }
    }),
  )
  app.route<ByCode>({
    method: ['PUT', 'PATCH'],
    url: ofEntity,
    config,
    schema: dunningSchemas.updateEntity,
    handler: async ({ caller, params: { code }, body }) => {
      const campaignCode = await setEntityDunning(context, caller, code, rootOf(body, 'dunning'))
      return { dunning: { billing_entity_code: code, dunning_campaign_code: campaignCode } }
    },
  })
}
