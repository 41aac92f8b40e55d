import { Type } from 'typebox'
import { SEARCH_KINDS } from '../../core/search/search-text.ts'
import { NAMED_KINDS } from '../../store/names.ts'
import { nullableText, uuid, words } from './common.ts'
import { byMember } from './sessions.ts'

const list = Type.Optional(Type.Array(Type.String()))

export const searchSchemas = {
  list: {
    tags: ['search'],
    security: byMember,
    summary: 'Find what a text names, among what you may see',
    querystring: Type.Object({
      q: Type.Optional(
        Type.String({
          description:
            'A part of a name, external id, code, number or address, or an id; two characters at least.',
        }),
      ),
      'types[]': Type.Optional(Type.Array(words(...SEARCH_KINDS))),
      limit: Type.Optional(Type.Integer({ description: 'Hits of each type: 5 by default, at most 20.' })),
    }),
    response: {
      200: Type.Object({
        results: Type.Array(
          Type.Object({
            type: words(...SEARCH_KINDS),
            lago_id: uuid,
            identifier: Type.String({ description: 'The external id, code or number.' }),
            name: nullableText,
            detail: nullableText,
          }),
        ),
      }),
    },
  },
  names: {
    tags: ['search'],
    security: byMember,
    summary: 'Names of external ids and codes, of what you may see',
    querystring: Type.Object({
      'customers[]': list,
      'subscriptions[]': list,
      'plans[]': list,
      'billable_metrics[]': list,
      'add_ons[]': list,
      'billing_entities[]': list,
    }),
    response: {
      200: Type.Object({
        names: Type.Array(
          Type.Object({
            type: words(...NAMED_KINDS),
            identifier: Type.String({ description: 'The external id or code that was asked for.' }),
            name: Type.String(),
            timezone: Type.Union([Type.String(), Type.Null()], {
              description: 'Of the dates of a customer.',
            }),
          }),
        ),
      }),
    },
  },
}
