import type { FastifyInstance } from 'fastify'
import type { Context } from '../../actions/context.ts'
import type { MemberPermission } from '../../core/members/member-permissions.ts'
import { readSearchText, SEARCH_KINDS, VIEW_OF_KIND } from '../../core/search/search-text.ts'
import { readNames } from '../../store/names.ts'
import { searchNames } from '../../store/search.ts'
import { toWireSearch } from '../../wire/search.ts'
import { whoOf } from '../actor.ts'
import { readQuery } from '../query.ts'
import { searchSchemas } from '../schemas/search.ts'

const HITS_DEFAULT = 5
const HITS_MAX = 20
/** A page of a list names no more different things. */
const NAMES_MAX = 200

/** The search of the dashboard; only for members, who are shown what they may see. */
export function searchRoutes(app: FastifyInstance, context: Context): void {
  const { database } = context
  namesRoute(app, context)
  app.get(
    '/search',
    { config: { permission: 'membership' }, schema: searchSchemas.list },
    async (request) => {
      const { own } = whoOf(request)
      const { q, types, limit } = readQuery(request.query, (from) => ({
        q: from.text('q'),
        types: from.words('types', SEARCH_KINDS),
        limit: from.text('limit'),
      }))
      const text = readSearchText(q ?? '')
      const kinds = (types ?? SEARCH_KINDS).filter((kind) => own.has(VIEW_OF_KIND[kind]))
      if (text === undefined || kinds.length === 0) return { results: [] }
      const wanted = /^[1-9]\d?$/.test(limit ?? '') ? Math.min(Number(limit), HITS_MAX) : HITS_DEFAULT
      const hits = await database.read(request.caller, (reads) => searchNames(reads, text, kinds, wanted))
      return { results: toWireSearch(hits) }
    },
  )
}

/** What the dashboard's lists call what they have only the external ids and codes of: one request for a page. */
function namesRoute(app: FastifyInstance, { database }: Context): void {
  app.get(
    '/names',
    { config: { permission: 'membership' }, schema: searchSchemas.names },
    async (request) => {
      const { own } = whoOf(request)
      const wanted = readQuery(request.query, (from) => {
        const asked = (list: string, needed: MemberPermission) =>
          own.has(needed) ? [...new Set(from.ids(list))].slice(0, NAMES_MAX) : []
        return {
          customer: asked('customers', 'customers:view'),
          subscription: asked('subscriptions', 'subscriptions:view'),
          plan: asked('plans', 'plans:view'),
          billable_metric: asked('billable_metrics', 'billable_metrics:view'),
          add_on: asked('add_ons', 'addons:view'),
          billing_entity: asked('billing_entities', 'billing_entities:view'),
        }
      })
      return { names: await database.read(request.caller, (reads) => readNames(reads, wanted)) }
    },
  )
}
