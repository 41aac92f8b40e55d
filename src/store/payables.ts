import { sql } from 'kysely'
import type { Reads } from './database.ts'
import type { Payable } from './provider-payments.ts'

/** The invoice or payment request with an id, and whose it is; undefined when there is neither. */
export async function findPayableById(
  reads: Reads,
  id: string,
): Promise<{ readonly customerId: string; readonly payable: Payable } | undefined> {
  const { rows } = await sql<{ customerId: string; isInvoice: boolean }>`
    select customer_id, true as is_invoice from invoices where id = ${id}
    union all
    select customer_id, false from payment_requests where id = ${id}`.execute(reads)
  const [found] = rows
  if (!found) return undefined
  const payable = found.isInvoice ? { invoiceId: id } : { paymentRequestId: id }
  return { customerId: found.customerId, payable }
}
