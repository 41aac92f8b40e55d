import type { Invoice } from '../../api/types.ts'
import { toMajor } from '../../format/money.ts'
import type { CsvColumns } from '../../parts/export-csv.tsx'
import { nameOf } from '../customers/customer-list.tsx'
import { invoiceType, stateOf } from './invoice-table.tsx'

const amount =
  (of: (invoice: Invoice) => number) =>
  (invoice: Invoice): string =>
    toMajor(of(invoice), invoice.currency)

/** What a file of invoices says of each. */
export const INVOICE_CSV: CsvColumns<Invoice> = [
  ['Number', ({ status, number }) => (status === 'draft' ? '' : number)],
  ['Status', stateOf],
  ['Type', ({ invoice_type }) => invoiceType(invoice_type)],
  ['Customer', ({ customer }) => customer && nameOf(customer)],
  ['Customer id', ({ customer }) => customer?.external_id],
  ['Currency', ({ currency }) => currency],
  ['Subtotal', amount((invoice) => invoice.sub_total_excluding_taxes_amount_cents)],
  ['Taxes', amount((invoice) => invoice.taxes_amount_cents)],
  ['Total', amount((invoice) => invoice.total_amount_cents)],
  ['Paid', amount((invoice) => invoice.total_paid_amount_cents)],
  ['Due', amount((invoice) => (invoice.status === 'finalized' ? invoice.total_due_amount_cents : 0))],
  ['Issued', ({ issuing_date }) => issuing_date],
  ['Due date', ({ payment_due_date }) => payment_due_date],
  ['Purchase order', ({ purchase_order_number }) => purchase_order_number],
  ['Billing entity', ({ billing_entity_code }) => billing_entity_code],
  ['Id', ({ lago_id }) => lago_id],
]
