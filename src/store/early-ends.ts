import { sql } from 'kysely'
import { Decimal } from '../core/amounts/decimal.ts'
import type { Instant } from '../core/calendar/instant.ts'
import type { Reads } from './database.ts'

/** The last subscription fee of a subscription. */
export type LastSubscriptionFee = {
  readonly id: string
  readonly invoiceId: string
  readonly invoiceStatus: string
  /** The end of the period that it pays for. */
  readonly paidUntil: Instant | null
  readonly planAmountCents: bigint
  readonly preciseAmountCents: Decimal
  readonly taxesPreciseAmountCents: Decimal
}

type LastFeeRow = {
  readonly id: string
  readonly invoiceId: string
  readonly invoiceStatus: string
  readonly paidUntil: Instant | null
  readonly planAmount: string
  readonly preciseAmount: string
  readonly taxesPreciseAmount: string
}

/** The last fee that a subscription paid in advance, on an invoice that is neither deleted nor closed. */
export async function lastSubscriptionFee(
  reads: Reads,
  subscriptionId: string,
): Promise<LastSubscriptionFee | undefined> {
  const { rows } = await sql<LastFeeRow>`
    select f.id, f.invoice_id, i.status as invoice_status, f.to_at as paid_until,
      coalesce(f.amount_details ->> 'plan_amount_cents', f.amount_cents::text) as plan_amount,
      f.precise_amount_cents::text as precise_amount, f.taxes_precise_amount_cents::text as taxes_precise_amount
    from fees f
    join invoices i on i.organization_id = f.organization_id and i.id = f.invoice_id
    where f.subscription_id = ${subscriptionId}::uuid and f.fee_type = 'subscription' and f.pay_in_advance
      and f.deleted_at is null and i.status not in ('deleted', 'closed')
    order by f.to_at desc nulls last, f.created_at desc, f.id desc
    limit 1`.execute(reads)
  const [row] = rows
  return (
    row && {
      id: row.id,
      invoiceId: row.invoiceId,
      invoiceStatus: row.invoiceStatus,
      paidUntil: row.paidUntil,
      planAmountCents: BigInt(row.planAmount),
      preciseAmountCents: Decimal.of(row.preciseAmount),
      taxesPreciseAmountCents: Decimal.of(row.taxesPreciseAmount),
    }
  )
}

/** Whether the taxes of the last fee that a subscription paid in advance are still unknown. */
export async function isLastFeePending(reads: Reads, subscriptionId: string): Promise<boolean> {
  return (await lastSubscriptionFee(reads, subscriptionId))?.invoiceStatus === 'pending'
}
