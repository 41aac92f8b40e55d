import { Type } from 'typebox'
import { SEARCH_KINDS } from '../../core/search/search-text.ts'
import { nullableText, uuid, words } from './common.ts'
import { byMember } from './sessions.ts'

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
}
