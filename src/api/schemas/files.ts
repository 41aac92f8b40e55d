import { Type } from 'typebox'

export const fileSchemas = {
  show: {
    tags: ['Files'],
    summary: 'The file behind a `file_url`; the link is the permission, and it expires.',
    params: Type.Object({ token: Type.String(), name: Type.String() }),
    security: [],
  },
}
