import { type Selectable, sql, type Updateable } from 'kysely'
import type { Instant } from '../core/calendar/instant.ts'
import { lockCustomerById } from './customers.ts'
import type { Database, Reads, Tx } from './database.ts'
import type { Invoices } from './rows.ts'
import { anyOf, ts } from './values.ts'

export type InvoiceRow = Selectable<Invoices>

/** Statuses visible in the API (docs/rules/invoices.md#drafts). */
export const VISIBLE_STATUSES = ['draft', 'finalized', 'voided', 'failed', 'pending'] as const

/** Whether the API shows an invoice. */
export function isVisible({ status }: Pick<InvoiceRow, 'status'>): boolean {
  return VISIBLE_STATUSES.some((each) => each === status)
}

export async function updateInvoice(tx: Tx, id: string, set: Updateable<Invoices>): Promise<void> {
  await tx.updateTable('invoices').set(set).where('id', '=', id).execute()
}

/** A visible invoice, optionally locked for a change. */
export async function findInvoice(reads: Reads, id: string): Promise<InvoiceRow | undefined> {
  return reads
    .selectFrom('invoices')
    .selectAll()
    .where('id', '=', id)
    .where('status', 'in', [...VISIBLE_STATUSES])
    .executeTakeFirst()
}

/** The organization of an invoice, for the operator, who may see every organization. */
export async function organizationOfInvoice(database: Database, id: string): Promise<string | undefined> {
  const row = await database.system
    .selectFrom('invoices')
    .select('organizationId')
    .where('id', '=', id)
    .executeTakeFirst()
  return row?.organizationId
}

/** An invoice that must exist, whatever its status. */
export async function readInvoice(reads: Reads, id: string): Promise<InvoiceRow> {
  return reads.selectFrom('invoices').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
}

async function lockInvoice(tx: Tx, id: string): Promise<InvoiceRow | undefined> {
  return tx.selectFrom('invoices').selectAll().where('id', '=', id).forNoKeyUpdate().executeTakeFirst()
}

/** Locks invoices by id, oldest first; missing ones, and those of other customers if one is named, are left out. */
export async function lockInvoices(
  tx: Tx,
  ids: readonly string[],
  customerId?: string,
): Promise<InvoiceRow[]> {
  if (ids.length === 0) return []
  let query = tx.selectFrom('invoices').selectAll().where('id', '=', anyOf(ids))
  if (customerId !== undefined) query = query.where('customerId', '=', customerId)
  const rows = await query.orderBy('id').forNoKeyUpdate().execute()
  return rows.sort((a, b) => a.createdAt - b.createdAt)
}

/** Marks invoices overdue. */
export async function markInvoicesOverdue(tx: Tx, ids: readonly string[], now: Instant): Promise<void> {
  if (ids.length === 0) return
  await tx
    .updateTable('invoices')
    .set({ paymentOverdue: true, updatedAt: ts(now) })
    .where('id', '=', anyOf(ids))
    .execute()
}

/** Notes that the payments of invoices changed; those that are settled now are not overdue any more. */
export async function touchInvoices(
  tx: Tx,
  ids: readonly string[],
  { now, settled }: { readonly now: Instant; readonly settled: readonly string[] },
): Promise<void> {
  await tx
    .updateTable('invoices')
    .set({
      updatedAt: ts(now),
      paymentOverdue: sql<boolean>`payment_overdue and id <> all (${[...settled]}::uuid[])`,
    })
    .where('id', '=', anyOf(ids))
    .execute()
}

/** Locks an invoice after its customer, in the same order as billing does. */
export async function lockInvoiceAfterCustomer(tx: Tx, id: string): Promise<InvoiceRow | undefined> {
  const found = await tx.selectFrom('invoices').select('customerId').where('id', '=', id).executeTakeFirst()
  if (!found) return undefined
  await lockCustomerById(tx, found.customerId)
  return lockInvoice(tx, id)
}

/** Releases the billed periods of a deleted or rebuilt invoice, so that their windows can be billed again. */
export async function releaseBilledPeriods(tx: Tx, invoiceId: string, now: Instant): Promise<void> {
  await tx
    .updateTable('invoiceSubscriptions')
    .set({ releasedAt: ts(now) })
    .where('invoiceId', '=', invoiceId)
    .execute()
}

export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  const { code, constraint: name } = (error ?? {}) as { code?: string; constraint?: string }
  return code === '23505' && (constraint === undefined || name === constraint)
}
