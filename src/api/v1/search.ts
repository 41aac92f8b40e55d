import type { FastifyInstance } from 'fastify'
import type { Context } from '../../actions/context.ts'
import { readSearchText, SEARCH_KINDS, VIEW_OF_KIND } from '../../core/search/search-text.ts'
import { searchNames } from '../../store/search.ts'
import { toWireSearch } from '../../wire/search.ts'
import { whoOf } from '../actor.ts'
import { readQuery } from '../query.ts'
import { searchSchemas } from '../schemas/search.ts'

const HITS_DEFAULT = 5
const HITS_MAX = 20

/** The search of the dashboard; only for members, who are shown what they may see. */
export function searchRoutes(app: FastifyInstance, { database }: Context): void {
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
