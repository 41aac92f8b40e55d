import type { Insertable, Selectable, Updateable } from 'kysely'
import type { Instant } from '../core/calendar/instant.ts'
import type { AppliedInvoiceTax } from '../core/taxes/apply.ts'
import type { Reads, Tx } from './database.ts'
import { newId } from './ids.ts'
import { holdSettings } from './inherited-settings.ts'
import type { InvoiceSubscriptions, Invoices } from './rows.ts'
import { deleteUnbilledFees } from './unbilled-fees.ts'
import { ts } from './values.ts'

export type InvoiceRow = Selectable<Invoices>
export type InvoiceLinkRow = Selectable<InvoiceSubscriptions>

/** Statuses that the API lists and shows (subscriptions-and-invoicing §7.2). */
export const VISIBLE_STATUSES = ['draft', 'finalized', 'voided', 'failed', 'pending'] as const

export async function insertInvoice(tx: Tx, row: Insertable<Invoices>): Promise<void> {
  await tx.insertInto('invoices').values(row).execute()
}

export async function updateInvoice(tx: Tx, id: string, set: Updateable<Invoices>): Promise<void> {
  await tx.updateTable('invoices').set(set).where('id', '=', id).execute()
}

/** A visible invoice, locked when it is about to change. */
export async function findInvoice(reads: Reads, id: string): Promise<InvoiceRow | undefined> {
  return reads
    .selectFrom('invoices')
    .selectAll()
    .where('id', '=', id)
    .where('status', 'in', [...VISIBLE_STATUSES])
    .executeTakeFirst()
}

/** An invoice that is known to be there, whatever its status. */
export async function readInvoice(reads: Reads, id: string): Promise<InvoiceRow> {
  return reads.selectFrom('invoices').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
}

export async function lockInvoice(tx: Tx, id: string): Promise<InvoiceRow | undefined> {
  return tx.selectFrom('invoices').selectAll().where('id', '=', id).forUpdate().executeTakeFirst()
}

/** Serializes whatever numbers or bills a customer. */
export async function lockCustomer(tx: Tx, customerId: string): Promise<void> {
  await tx.selectFrom('customers').select('id').where('id', '=', customerId).forUpdate().execute()
  await holdSettings(tx)
}

/** An invoice, locked after its customer: in the order in which whoever bills the customer locks them. */
export async function lockWithCustomer(tx: Tx, id: string): Promise<InvoiceRow | undefined> {
  const found = await tx.selectFrom('invoices').select('customerId').where('id', '=', id).executeTakeFirst()
  if (!found) return undefined
  await lockCustomer(tx, found.customerId)
  return lockInvoice(tx, id)
}

/** The next number of a customer's invoices from one entity; the customer is locked. */
export async function nextCustomerSequence(tx: Tx, customerId: string, entityId: string): Promise<bigint> {
  const row = await tx
    .selectFrom('invoices')
    .select((eb) => eb.fn.max('sequentialId').as('last'))
    .where('customerId', '=', customerId)
    .where('billingEntityId', '=', entityId)
    .executeTakeFirst()
  return (row?.last ?? 0n) + 1n
}

/**
 * The next number of an entity that numbers all its invoices in one row: it follows the greatest given so far, and
 * all invoices that were numbered otherwise (subscriptions-and-invoicing §7.6). Locks the entity.
 */
export async function nextEntitySequence(tx: Tx, entityId: string): Promise<bigint> {
  await tx.selectFrom('billingEntities').select('id').where('id', '=', entityId).forUpdate().execute()
  const row = await tx
    .selectFrom('invoices')
    .select((eb) => [
      eb.fn.max('entitySequentialId').as('last'),
      eb.fn.count<bigint>('sequentialId').as('numbered'),
    ])
    .where('billingEntityId', '=', entityId)
    .where('selfBilled', '=', false)
    .executeTakeFirst()
  const last = row?.last ?? 0n
  const numbered = row?.numbered ?? 0n
  return (last > numbered ? last : numbered) + 1n
}

export async function insertInvoiceTaxes(
  tx: Tx,
  invoice: { readonly organizationId: string; readonly id: string; readonly now: Instant },
  taxes: readonly AppliedInvoiceTax[],
): Promise<void> {
  if (taxes.length === 0) return
  await tx
    .insertInto('invoiceTaxes')
    .values(
      taxes.map((applied) => ({
        organizationId: invoice.organizationId,
        id: newId(),
        invoiceId: invoice.id,
        taxId: applied.tax.id,
        taxCode: applied.tax.code,
        taxName: applied.tax.name,
        taxDescription: applied.tax.description,
        taxRate: applied.tax.rate.toString(),
        amountCents: applied.amountCents,
        feesAmountCents: applied.feesAmountCents.toString(),
        createdAt: ts(invoice.now),
      })),
    )
    .execute()
}

export async function insertInvoiceLinks(tx: Tx, rows: Insertable<InvoiceSubscriptions>[]): Promise<void> {
  if (rows.length > 0) await tx.insertInto('invoiceSubscriptions').values(rows).execute()
}

/** Takes away what a draft is made of, before it is made anew. */
export async function clearDraft(tx: Tx, invoiceId: string): Promise<void> {
  await tx.deleteFrom('invoiceSubscriptions').where('invoiceId', '=', invoiceId).execute()
  await tx.deleteFrom('invoiceTaxes').where('invoiceId', '=', invoiceId).execute()
  await tx.deleteFrom('invoiceReductions').where('invoiceId', '=', invoiceId).execute()
  await deleteUnbilledFees(tx, invoiceId)
}

/** The links of a subscription to invoices that count: not deleted ones, newest first. */
export async function linksOfSubscription(
  reads: Reads,
  subscriptionId: string,
): Promise<(InvoiceLinkRow & { status: string; invoiceType: string; timezone: string })[]> {
  return reads
    .selectFrom('invoiceSubscriptions as l')
    .innerJoin('invoices as i', 'i.id', 'l.invoiceId')
    .selectAll('l')
    .select(['i.status', 'i.invoiceType', 'i.timezone'])
    .where('l.subscriptionId', '=', subscriptionId)
    .where('l.releasedAt', 'is', null)
    .where('i.status', 'not in', ['deleted'])
    .orderBy('l.billingAt', 'desc')
    .orderBy('l.id', 'desc')
    .execute()
}

/** When subscription fees of a subscription were made, on invoices that count; newest first. */
export async function subscriptionFeeTimes(
  reads: Reads,
  subscriptionId: string,
  exceptInvoiceId: string | null,
): Promise<Instant[]> {
  let query = reads
    .selectFrom('fees as f')
    .innerJoin('invoices as i', 'i.id', 'f.invoiceId')
    .select('f.createdAt')
    .where('f.subscriptionId', '=', subscriptionId)
    .where('f.feeType', '=', 'subscription')
    .where('f.deletedAt', 'is', null)
    .where('i.status', 'not in', ['deleted', 'voided'])
    .orderBy('f.createdAt', 'desc')
  if (exceptInvoiceId !== null) query = query.where('i.id', '<>', exceptInvoiceId)
  return (await query.execute()).map((row) => row.createdAt)
}

/** Marks the links of a deleted or remade invoice, so that their windows may be billed again. */
export async function releaseLinks(tx: Tx, invoiceId: string, now: Instant): Promise<void> {
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
