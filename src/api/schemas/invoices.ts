import { Type } from 'typebox'
import { PaginationMeta } from './pagination.ts'

const loose = Type.Object({}, { additionalProperties: true })
export const Invoice = Type.Object({ invoice: loose })
export const Invoices = Type.Object({ invoices: Type.Array(loose), meta: PaginationMeta })
const tags = ['invoices']

export const invoiceSchemas = {
  list: { tags, summary: 'List invoices', response: { 200: Invoices } },
  listOfCustomer: { tags, summary: 'List the invoices of a customer', response: { 200: Invoices } },
  show: { tags, summary: 'Show an invoice', response: { 200: Invoice } },
  update: { tags, summary: 'Update payment status and metadata', response: { 200: Invoice } },
  refresh: { tags, summary: 'Refresh a draft', response: { 200: Invoice } },
  finalize: { tags, summary: 'Finalize a draft', response: { 200: Invoice } },
  remove: { tags, summary: 'Delete a draft', response: { 200: Invoice } },
}
