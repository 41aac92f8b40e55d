import { type SqlBool, sql } from 'kysely'
import type { Instant } from '../core/calendar/instant.ts'
import type { Reads } from './database.ts'
import { VISIBLE_STATUSES } from './invoices.ts'
import { type Listed, pageOf, type Slice } from './pages.ts'

/** A charges period that an invoice billed for a subscription; amounts are of the whole invoice, in cents. */
export type PastUsagePeriod = {
  readonly invoiceId: string
  readonly subscriptionId: string
  readonly chargesFrom: Instant
  readonly chargesTo: Instant
  readonly issuingDate: string
  readonly currency: string
  readonly feesAmountCents: bigint
  /** Sum of the taxes of its fees. */
  readonly taxesAmountCents: bigint
}

/** The billed periods of a customer's subscriptions with an external id, newest first, and the total count. */
export async function listPastUsagePeriods(
  reads: Reads,
  owner: { readonly customerId: string; readonly externalSubscriptionId: string },
  slice: Slice,
): Promise<Listed<PastUsagePeriod>> {
  const billed = reads
    .selectFrom('invoiceSubscriptions as l')
    .innerJoin('subscriptions as s', 's.id', 'l.subscriptionId')
    .innerJoin('invoices as i', 'i.id', 'l.invoiceId')
    .where('s.customerId', '=', owner.customerId)
    .where('s.externalId', '=', owner.externalSubscriptionId)
    .where('i.status', 'in', [...VISIBLE_STATUSES])
    .where(sql<SqlBool>`l.charges_from is not null and l.charges_to is not null`)
  const ordered = billed
    .select([
      'l.invoiceId',
      'l.subscriptionId',
      sql<Instant>`l.charges_from`.as('chargesFrom'),
      sql<Instant>`l.charges_to`.as('chargesTo'),
      'i.issuingDate',
      'i.currency',
      'i.feesAmountCents',
      sql<bigint>`coalesce((select sum(f.taxes_amount_cents) from fees f
        where f.invoice_id = i.id and f.deleted_at is null), 0)::bigint`.as('taxesAmountCents'),
    ])
    .orderBy('l.chargesFrom', 'desc')
    .orderBy('i.createdAt', 'desc')
    .orderBy('l.id')
  return pageOf(ordered, slice)
}
