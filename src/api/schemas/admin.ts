import { Type } from 'typebox'
import { dateTime, nullableText, uuid } from './common.ts'

const tags = ['admin']
const integrations = Type.Array(Type.String())

const OrganizationObject = {
  id: uuid,
  lago_id: uuid,
  name: Type.String(),
  document_numbering: Type.String(),
  premium_integrations: integrations,
  sandbox: Type.Boolean(),
  created_at: dateTime,
  updated_at: dateTime,
}

/** The admin routes. */
export const adminSchemas = {
  create: {
    tags,
    summary: 'Create an organization',
    body: Type.Object({
      name: Type.String({ maxLength: 255 }),
      email: Type.Optional(Type.String({ maxLength: 255, description: 'Who is invited.' })),
      sandbox: Type.Optional(Type.Boolean({ description: 'With a test clock.' })),
      premium_integrations: Type.Optional(integrations),
    }),
    response: {
      201: Type.Object({
        organization: Type.Object({
          ...OrganizationObject,
          api_key: Type.String({ description: 'Shown only once.' }),
        }),
        invite_url: nullableText,
      }),
    },
  },
  update: {
    tags,
    summary: 'Rename an organization',
    params: Type.Object({ id: Type.String() }),
    body: Type.Object({
      name: Type.Optional(Type.String()),
      premium_integrations: Type.Optional(integrations),
    }),
    response: { 200: Type.Object({ organization: Type.Object(OrganizationObject) }) },
  },
  regenerate: {
    tags,
    summary: 'Make the PDF of a final invoice again',
    params: Type.Object({ id: Type.String() }),
    body: Type.Object({
      refresh_parties: Type.Optional(
        Type.Boolean({ description: 'Read names, addresses, logo, footer and language anew.' }),
      ),
    }),
    response: { 200: Type.Null() },
  },
}
