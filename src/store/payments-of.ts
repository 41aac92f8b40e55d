import { type RawBuilder, sql } from 'kysely'
import { anyOf } from './values.ts'

/** Where payments are, and where pages are on which they are made. */
type Paying = 'payments' | 'paymentPages'

const TABLES: Readonly<Record<Paying, RawBuilder<unknown>>> = {
  payments: sql`payments`,
  paymentPages: sql`payment_pages`,
}

/**
 * For `in`: the ids of what pays one of the invoices, by itself or through a payment request that holds it. Each of the
 * two ways has an index; with an `or` between them PostgreSQL uses neither, and reads every payment.
 */
export function idsPaying(table: Paying, invoiceIds: readonly string[]): RawBuilder<string> {
  return sql<string>`(
    select own.id from ${TABLES[table]} own where own.invoice_id = ${anyOf(invoiceIds)}
    union all
    select asked.id from payment_request_invoices r
    join ${TABLES[table]} asked on asked.payment_request_id = r.payment_request_id
    where r.invoice_id = ${anyOf(invoiceIds)})`
}

/** The same of a payment request: by itself, or through one of its invoices. */
export function idsPayingRequest(table: Paying, paymentRequestId: string): RawBuilder<string> {
  return sql<string>`(
    select own.id from ${TABLES[table]} own where own.payment_request_id = ${paymentRequestId}
    union all
    select held.id from payment_request_invoices r
    join ${TABLES[table]} held on held.invoice_id = r.invoice_id
    where r.payment_request_id = ${paymentRequestId})`
}
