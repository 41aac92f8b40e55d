import { Type } from 'typebox'

/** What payment providers send; they know its form, and nobody else is meant to send any. */
export const inboxSchemas = {
  receive: {
    hide: true,
    params: Type.Object({ type: Type.String(), organizationId: Type.String() }),
    querystring: Type.Object({ code: Type.Optional(Type.String()) }),
  },
}
