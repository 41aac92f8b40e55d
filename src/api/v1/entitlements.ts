import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { Context } from '../../actions/context.ts'
import {
  mergePlanEntitlements,
  removePlanFeature,
  removePlanPrivilege,
  replacePlanEntitlements,
} from '../../actions/entitlements/change-plan-entitlements.ts'
import {
  patchSubscriptionEntitlements,
  removeSubscriptionFeature,
  removeSubscriptionPrivilege,
} from '../../actions/entitlements/change-subscription-entitlements.ts'
import {
  readPlanEntitlement,
  readPlanEntitlements,
  readSubscriptionEntitlements,
  type SubscriptionChoice,
} from '../../actions/entitlements/read-entitlement-owner.ts'
import type { EffectiveEntitlement, PlanEntitlement as Entitlement } from '../../core/entitlements/resolve.ts'
import type { Input } from '../../core/input/fields.ts'
import { toWirePlanEntitlement, toWireSubscriptionEntitlement } from '../../wire/entitlements.ts'
import { missingRoot } from '../errors.ts'
import { isObject } from '../params.ts'
import { queryText } from '../query.ts'
import {
  EntitlementsInput,
  PlanEntitlement,
  PlanEntitlements,
  SubscriptionEntitlements,
  SubscriptionStatusQuery,
} from '../schemas/entitlements.ts'

type OfPlan = { Params: { code: string } }
type OfPlanFeature = { Params: { code: string; feature_code: string } }
type OfPlanPrivilege = { Params: { code: string; feature_code: string; privilege_code: string } }
type OfSubscription = { Params: { external_id: string } }
type OfSubscriptionFeature = { Params: { external_id: string; feature_code: string } }
type OfSubscriptionPrivilege = {
  Params: { external_id: string; feature_code: string; privilege_code: string }
}

const tags = ['entitlements']
const text = Type.String()

/** Entitlements of plans, and overrides of subscriptions. Their lists have no `meta`. */
export function entitlementsRoutes(app: FastifyInstance, context: Context): void {
  planListRoutes(app, context)
  planFeatureRoutes(app, context)
  subscriptionRoutes(app, context)
}

/** The object under `entitlements`, which may be empty. */
function entitlementsOf(body: unknown): Input {
  const value = isObject(body) ? body.entitlements : undefined
  if (!isObject(value)) throw missingRoot('entitlements')
  return value
}

function ofPlan(entitlements: readonly Entitlement[]): object {
  return { entitlements: entitlements.map(toWirePlanEntitlement) }
}

function ofSubscription(entitlements: readonly EffectiveEntitlement[]): object {
  return { entitlements: entitlements.map(toWireSubscriptionEntitlement) }
}

function planListRoutes(app: FastifyInstance, context: Context): void {
  const url = '/plans/:code/entitlements'
  const config = { resource: 'plan' } as const
  const params = Type.Object({ code: text })
  const shared = { tags, params, response: { 200: PlanEntitlements } }
  app.get<OfPlan>(
    url,
    { config, schema: { ...shared, summary: "List a plan's entitlements" } },
    async (request) =>
      ofPlan(
        await context.database.read(request.caller, (reads) =>
          readPlanEntitlements(reads, request.params.code),
        ),
      ),
  )
  app.post<OfPlan>(
    url,
    { config, schema: { ...shared, summary: "Replace a plan's entitlements", body: EntitlementsInput } },
    async (request) => {
      const raw = entitlementsOf(request.body)
      return ofPlan(await replacePlanEntitlements(context, request.caller, request.params.code, raw))
    },
  )
  app.patch<OfPlan>(
    url,
    { config, schema: { ...shared, summary: "Merge a plan's entitlements", body: EntitlementsInput } },
    async (request) => {
      const raw = entitlementsOf(request.body)
      return ofPlan(await mergePlanEntitlements(context, request.caller, request.params.code, raw))
    },
  )
}

function planFeatureRoutes(app: FastifyInstance, context: Context): void {
  const url = '/plans/:code/entitlements/:feature_code'
  const config = { resource: 'plan' } as const
  const params = Type.Object({ code: text, feature_code: text })
  const response = { 200: PlanEntitlement }
  app.get<OfPlanFeature>(
    url,
    { config, schema: { tags, summary: "Retrieve a plan's entitlement", params, response } },
    async (request) => {
      const { code, feature_code } = request.params
      const entitlement = await context.database.read(request.caller, (reads) =>
        readPlanEntitlement(reads, code, feature_code),
      )
      return { entitlement: toWirePlanEntitlement(entitlement) }
    },
  )
  app.delete<OfPlanFeature>(
    url,
    { config, schema: { tags, summary: 'Remove a feature from a plan', params, response } },
    async (request) => {
      const { code, feature_code } = request.params
      const entitlement = await removePlanFeature(context, request.caller, code, feature_code)
      return { entitlement: toWirePlanEntitlement(entitlement) }
    },
  )
  const privilegeParams = Type.Object({ code: text, feature_code: text, privilege_code: text })
  app.delete<OfPlanPrivilege>(
    `${url}/privileges/:privilege_code`,
    {
      config,
      schema: { tags, summary: 'Remove a privilege from a plan', params: privilegeParams, response },
    },
    async (request) => {
      const { code, feature_code: feature, privilege_code: privilege } = request.params
      const entitlement = await removePlanPrivilege(context, request.caller, code, { feature, privilege })
      return { entitlement: toWirePlanEntitlement(entitlement) }
    },
  )
}

function choiceOf(request: FastifyRequest<OfSubscription>): SubscriptionChoice {
  const { query } = request
  const status = queryText(query, 'subscription_status') ?? queryText(query, 'status') ?? 'active'
  return { externalId: request.params.external_id, status }
}

function subscriptionRoutes(app: FastifyInstance, context: Context): void {
  const url = '/subscriptions/:external_id/entitlements'
  const config = { resource: 'subscription' } as const
  const shared = {
    tags,
    querystring: SubscriptionStatusQuery,
    response: { 200: SubscriptionEntitlements },
  }
  const params = Type.Object({ external_id: text })
  app.get<OfSubscription>(
    url,
    { config, schema: { ...shared, summary: "List a subscription's entitlements", params } },
    async (request) =>
      ofSubscription(
        await context.database.read(request.caller, (reads) =>
          readSubscriptionEntitlements(reads, choiceOf(request)),
        ),
      ),
  )
  app.patch<OfSubscription>(
    url,
    {
      config,
      schema: {
        ...shared,
        summary: "Override a subscription's entitlements",
        params,
        body: EntitlementsInput,
      },
    },
    async (request) => {
      const raw = entitlementsOf(request.body)
      const choice = choiceOf(request)
      return ofSubscription(await patchSubscriptionEntitlements(context, request.caller, choice, raw))
    },
  )
  const featureParams = Type.Object({ external_id: text, feature_code: text })
  app.delete<OfSubscriptionFeature>(
    `${url}/:feature_code`,
    { config, schema: { ...shared, summary: 'Remove a feature from a subscription', params: featureParams } },
    async (request) => {
      const choice = choiceOf(request)
      const code = request.params.feature_code
      return ofSubscription(await removeSubscriptionFeature(context, request.caller, choice, code))
    },
  )
  const privilegeParams = Type.Object({ external_id: text, feature_code: text, privilege_code: text })
  app.delete<OfSubscriptionPrivilege>(
    `${url}/:feature_code/privileges/:privilege_code`,
    {
      config,
      schema: { ...shared, summary: 'Remove a privilege from a subscription', params: privilegeParams },
    },
    async (request) => {
      const { feature_code: feature, privilege_code: privilege } = request.params
      const which = { feature, privilege }
      return ofSubscription(
        await removeSubscriptionPrivilege(context, request.caller, choiceOf(request), which),
      )
    },
  )
}
