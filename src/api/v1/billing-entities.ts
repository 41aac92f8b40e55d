import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { createBillingEntity } from '../../actions/billing-entities/create-billing-entity.ts'
import { updateBillingEntity } from '../../actions/billing-entities/update-billing-entity.ts'
import type { Caller, Context } from '../../actions/context.ts'
import { readBillingEntityChange } from '../../core/organizations/settings.ts'
import { accepted, notFound } from '../../core/refusal.ts'
import { listBillingEntities } from '../../store/billing-entities.ts'
import { selectedSections } from '../../store/invoice-custom-sections.ts'
import { type BillingEntityRow, findBillingEntity } from '../../store/organizations.ts'
import { taxesOfOwners } from '../../store/taxes.ts'
import { toWireBillingEntity, toWireBillingEntityWithTaxes } from '../../wire/billing-entities.ts'
import { actorOf } from '../actor.ts'
import { LOGO_BODY_BYTES } from '../limits.ts'
import { rootOf } from '../params.ts'
import {
  BillingEntities,
  BillingEntity,
  BillingEntityCreateInput,
  BillingEntityUpdateInput,
} from '../schemas/billing-entities.ts'

type ByCode = { Params: { code: string } }

const config = { resource: 'billing_entity' } as const
const bodyLimit = LOGO_BODY_BYTES
const tags = ['billing_entities']
const params = Type.Object({ code: Type.String() })
const response = { 200: BillingEntity }

/** Billing entities, by code. */
export function billingEntitiesRoutes(app: FastifyInstance, context: Context): void {
  app.post(
    '/billing_entities',
    {
      config,
      bodyLimit,
      schema: { tags, summary: 'Create a billing entity', body: BillingEntityCreateInput, response },
    },
    async (request) => {
      const change = accepted(readBillingEntityChange(rootOf(request.body, 'billing_entity'), true))
      const made = await createBillingEntity(context, request.caller, change, actorOf(request))
      return answerOf(context, request.caller, made)
    },
  )
  app.get(
    '/billing_entities',
    { config, schema: { tags, summary: 'List all billing entities', response: { 200: BillingEntities } } },
    async (request) => {
      const rows = await context.database.read(request.caller, listBillingEntities)
      return { billing_entities: rows.map(toWireBillingEntity) }
    },
  )
  app.get<ByCode>(
    '/billing_entities/:code',
    { config, schema: { tags, summary: 'Retrieve a billing entity', params, response } },
    async (request) => {
      const entity = await context.database.read(request.caller, (reads) =>
        findBillingEntity(reads, { code: request.params.code }),
      )
      if (!entity) throw notFound('billing_entity')
      return answerOf(context, request.caller, entity)
    },
  )
  app.route<ByCode>({
    method: ['PUT', 'PATCH'],
    url: '/billing_entities/:code',
    config,
    bodyLimit,
    schema: { tags, summary: 'Update a billing entity', params, body: BillingEntityUpdateInput, response },
    handler: async (request) => {
      const change = accepted(readBillingEntityChange(rootOf(request.body, 'billing_entity'), false))
      return answerOf(
        context,
        request.caller,
        await updateBillingEntity(context, request.caller, request.params.code, change, actorOf(request)),
      )
    },
  })
}

async function answerOf(context: Context, caller: Caller, entity: BillingEntityRow): Promise<object> {
  const [taxes, sections] = await context.database.read(caller, (reads) =>
    Promise.all([
      taxesOfOwners(reads, { billingEntityIds: [entity.id] }),
      selectedSections(reads, [entity.id]),
    ]),
  )
  const own = taxes.billingEntities.get(entity.id) ?? []
  return { billing_entity: toWireBillingEntityWithTaxes(entity, own, sections) }
}
