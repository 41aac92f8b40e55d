import { Type } from 'typebox'

export const fileSchemas = {
  show: {
    tags: ['Files'],
    summary: 'The file behind a `file_url`; the link is the permission, and it expires.',
    params: Type.Object({ token: Type.String(), name: Type.String() }),
    querystring: Type.Object({
      download: Type.Optional(Type.Boolean({ description: 'Saved by browsers, and not shown.' })),
    }),
    security: [],
  },
}
