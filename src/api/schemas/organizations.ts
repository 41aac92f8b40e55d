import { Type } from 'typebox'
import { DOCUMENT_LOCALES } from '../../core/input/places.ts'
import { dateTime, nullableText, uuid, words } from './common.ts'
import { byMember, Forbidden, Invalid, OwnOrganization, signedIn, Unauthorized } from './sessions.ts'
import { TaxObject } from './taxes.ts'

/** Fields shared by organizations and billing entities. */
export const sharedSettings = {
  default_currency: Type.String(),
  country: nullableText,
  address_line1: nullableText,
  address_line2: nullableText,
  state: nullableText,
  zipcode: nullableText,
  email: nullableText,
  city: nullableText,
  legal_name: nullableText,
  legal_number: nullableText,
  timezone: Type.String(),
  net_payment_term: Type.Integer({ minimum: 0 }),
  email_settings: Type.Array(words('invoice.finalized', 'credit_note.created', 'payment_receipt.created')),
  document_number_prefix: Type.String({ minLength: 1, maxLength: 10 }),
  tax_identification_number: nullableText,
  finalize_zero_amount_invoice: Type.Boolean(),
}

export const invoiceSettings = {
  invoice_footer: nullableText,
  invoice_grace_period: Type.Integer({ minimum: 0 }),
  document_locale: words(...DOCUMENT_LOCALES),
}

export const OrganizationObject = Type.Object({
  lago_id: uuid,
  name: Type.String(),
  slug: Type.String(),
  created_at: dateTime,
  webhook_url: nullableText,
  webhook_urls: Type.Array(Type.String()),
  ...sharedSettings,
  document_numbering: words('per_customer', 'per_organization'),
  billing_configuration: Type.Object(invoiceSettings),
  events_store: words('postgres', 'clickhouse'),
  taxes: Type.Optional(Type.Array(TaxObject)),
})

export const OrganizationUpdateInput = Type.Object({
  organization: Type.Partial(
    Type.Object({
      ...sharedSettings,
      slug: Type.String(),
      webhook_url: nullableText,
      document_numbering: words('per_customer', 'per_organization'),
      billing_configuration: Type.Partial(Type.Object(invoiceSettings)),
    }),
  ),
})

export const Organization = Type.Object({ organization: OrganizationObject })

export const ownOrganizationSchema = {
  tags: ['sessions'],
  security: signedIn,
  summary: 'Make another organization of your own',
  body: Type.Object({
    name: Type.String(),
    country: Type.Optional(nullableText),
    sandbox: Type.Optional(Type.Boolean({ description: 'Whether its clock can be moved.' })),
  }),
  response: {
    200: Type.Object({ organization: OwnOrganization }),
    401: Unauthorized,
    403: Forbidden,
    422: Invalid,
  },
}

export const organizationNameSchema = {
  tags: ['organizations'],
  summary: 'Rename your organization; invoices have the name of its billing entities',
  body: Type.Object({ organization: Type.Object({ name: Type.String() }) }),
  response: { 200: Type.Object({ organization: OwnOrganization }) },
}

export const fileLinksSchema = {
  tags: ['organizations'],
  summary: 'Make every link to a file void that was given so far',
  response: { 200: Type.Object({ file_links: Type.Object({ revoked_at: dateTime }) }) },
}

export const sandboxRemovalSchema = {
  tags: ['organizations'],
  security: byMember,
  summary: 'Remove the sandbox with everything in it; live organizations cannot be removed',
  params: Type.Object({
    slug: Type.String({ description: 'The slug of the organization that the request is for.' }),
  }),
  response: {
    200: Type.Object({ organization: OwnOrganization }),
    401: Unauthorized,
    403: Forbidden,
  },
}
