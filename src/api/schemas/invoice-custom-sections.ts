import { Type } from 'typebox'
import { dateTime, nullableText, uuid } from './common.ts'

/** A text block that is printed on invoices. */
export const InvoiceCustomSectionObject = Type.Object({
  lago_id: uuid,
  code: Type.String(),
  name: Type.String(),
  description: nullableText,
  details: nullableText,
  display_name: nullableText,
  organization_id: uuid,
  applied_to_organization: Type.Optional(Type.Boolean({ deprecated: true })),
  created_at: Type.Optional(dateTime),
})

/** A section on a subscription. */
export const AppliedCustomSection = Type.Object({
  lago_id: uuid,
  created_at: dateTime,
  invoice_custom_section: InvoiceCustomSectionObject,
  invoice_custom_section_id: Type.Optional(Type.String({ format: 'uuid', deprecated: true })),
})

/** A section as of the creation of the invoice. */
export const InvoicedCustomSection = Type.Object({
  lago_id: uuid,
  lago_invoice_id: uuid,
  code: Type.String(),
  details: nullableText,
  display_name: nullableText,
  created_at: dateTime,
})

const nullable = Type.Optional(nullableText)

export const CustomSectionInput = Type.Object({
  invoice_custom_section: Type.Object({
    code: Type.Optional(Type.String({ description: 'Mandatory for a new one.' })),
    name: Type.Optional(Type.String({ description: 'Mandatory for a new one.' })),
    description: nullable,
    details: Type.Optional(
      Type.Union([Type.String(), Type.Null()], { description: 'The text on the invoice.' }),
    ),
    display_name: nullable,
  }),
})

/** Which sections an invoice or a subscription gets. */
export const CustomSectionSelection = Type.Object({
  skip_invoice_custom_sections: Type.Optional(Type.Boolean()),
  invoice_custom_section_codes: Type.Optional(Type.Array(Type.String())),
})
