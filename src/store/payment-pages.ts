import type { Selectable, Updateable } from 'kysely'
import type { Instant } from '../core/calendar/instant.ts'
import type { Reads, Tx } from './database.ts'
import { newId } from './ids.ts'
import { idsPaying } from './payments-of.ts'
import type { Payable } from './provider-payments.ts'
import type { PaymentPages } from './rows.ts'
import { ts } from './values.ts'

/** A page at a provider on which an invoice or a payment request is paid. */
export type PageRow = Selectable<PaymentPages>

const OPEN_STATUSES = ['opening', 'active']

/** The page of a payable that can be paid on, or is being made; one at most. */
export async function findActivePage(reads: Reads, payable: Payable): Promise<PageRow | undefined> {
  const query = reads.selectFrom('paymentPages').selectAll().where('status', 'in', OPEN_STATUSES)
  const own =
    'invoiceId' in payable
      ? query.where('invoiceId', '=', payable.invoiceId)
      : query.where('paymentRequestId', '=', payable.paymentRequestId)
  return own.executeTakeFirst()
}

export async function findPage(reads: Reads, id: string): Promise<PageRow | undefined> {
  return reads.selectFrom('paymentPages').selectAll().where('id', '=', id).executeTakeFirst()
}

/** The page of a connection with an id of its provider. */
export async function findPageThere(
  reads: Reads,
  providerId: string,
  providerPageId: string,
): Promise<PageRow | undefined> {
  return reads
    .selectFrom('paymentPages')
    .selectAll()
    .where('paymentProviderId', '=', providerId)
    .where('providerPageId', '=', providerPageId)
    .executeTakeFirst()
}

/** The pages that can be paid on of invoices, and of the payment requests that hold one of them. */
export async function activePagesOf(reads: Reads, invoiceIds: readonly string[]): Promise<PageRow[]> {
  if (invoiceIds.length === 0) return []
  return reads
    .selectFrom('paymentPages')
    .selectAll()
    .where('status', 'in', OPEN_STATUSES)
    .where('id', 'in', idsPaying('paymentPages', invoiceIds))
    .orderBy('id')
    .execute()
}

/** A page that is about to be made at the provider. */
export async function insertPage(
  tx: Tx,
  page: {
    readonly organizationId: string
    readonly customerId: string
    readonly invoiceId: string | null
    readonly paymentRequestId: string | null
    readonly paymentProviderId: string
    readonly paymentProviderCustomerId: string
    readonly amountCents: bigint
    readonly amountCurrency: string
    readonly expiresAt: Instant
    /** Where the page leads back to; null for the address of its connection. */
    readonly returnUrl: string | null
  },
  now: Instant,
): Promise<PageRow> {
  return tx
    .insertInto('paymentPages')
    .values({
      ...page,
      id: newId(),
      status: 'opening',
      expiresAt: ts(page.expiresAt),
      createdAt: ts(now),
      updatedAt: ts(now),
    })
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** Changes a page that is being made or can be paid on; undefined when it is over. */
export async function updateOpenPage(
  tx: Tx,
  id: string,
  set: Updateable<PaymentPages>,
): Promise<PageRow | undefined> {
  const open = tx
    .updateTable('paymentPages')
    .set(set)
    .where('id', '=', id)
    .where('status', 'in', OPEN_STATUSES)
  return open.returningAll().executeTakeFirst()
}

/** Ends a page that is still being made, whose address nobody has; whether it was one. */
export async function giveUpPage(tx: Tx, id: string, now: Instant): Promise<boolean> {
  const ended = tx.updateTable('paymentPages').set({ status: 'expired', updatedAt: ts(now) })
  const { numUpdatedRows } = await ended
    .where('id', '=', id)
    .where('status', '=', 'opening')
    .executeTakeFirstOrThrow()
  return numUpdatedRows > 0n
}

export async function updatePage(tx: Tx, id: string, set: Updateable<PaymentPages>): Promise<PageRow> {
  return tx.updateTable('paymentPages').set(set).where('id', '=', id).returningAll().executeTakeFirstOrThrow()
}
