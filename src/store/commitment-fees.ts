import { Decimal } from '../core/amounts/decimal.ts'
import { addMs, type Instant } from '../core/calendar/instant.ts'
import type { TimeZone } from '../core/calendar/zone.ts'
import { ZONE_CHANGE_MAX_MS } from '../core/subscriptions/open-window.ts'
import type { Window } from '../core/subscriptions/windows.ts'
import type { Reads } from './database.ts'
import { ts } from './values.ts'

/** Periods of the subscription fees of a subscription on invoices that count, and their zones, newest first. */
export async function subscriptionFeesBefore(
  reads: Reads,
  subscriptionId: string,
  exceptInvoiceId: string | null,
): Promise<{ fromAt: Instant | null; toAt: Instant | null; timezone: TimeZone }[]> {
  let query = reads
    .selectFrom('fees as f')
    .innerJoin('invoices as i', 'i.id', 'f.invoiceId')
    .select(['f.fromAt', 'f.toAt', 'i.timezone'])
    .where('f.subscriptionId', '=', subscriptionId)
    .where('f.feeType', '=', 'subscription')
    .where('f.deletedAt', 'is', null)
    .where('i.status', 'not in', ['deleted', 'voided', 'closed'])
    .orderBy('f.fromAt', 'desc')
  if (exceptInvoiceId !== null) query = query.where('i.id', '<>', exceptInvoiceId)
  return query.execute()
}

/**
 * What fees that are written already count towards a minimum commitment between two instants (both included): the
 * subscription fee of the period, and usage fees that pay for it, invoiced or not (a renewal
 * in advance pays for the period that begins with it). In another zone of the customer the usage of the period may have
 * begun earlier, and that of the next one before this one ends.
 */
export async function commitmentFeesBetween(
  reads: Reads,
  asked: {
    readonly externalSubscriptionId: string
    readonly subscriptionId: string
    readonly from: Instant
    readonly to: Instant
    /** The whole period. */
    readonly period: Window
    readonly exceptInvoiceId: string | null
  },
): Promise<{ amountCents: bigint; preciseAmountCents: Decimal }> {
  let query = reads
    .selectFrom('fees as f')
    .leftJoin('invoices as i', 'i.id', 'f.invoiceId')
    .select((eb) => [
      eb.fn.sum<string | null>('f.amountCents').as('amount'),
      eb.fn.sum<string | null>('f.preciseAmountCents').as('precise'),
    ])
    .where('f.subscriptionId', '=', asked.subscriptionId)
    .where('f.deletedAt', 'is', null)
    .where((eb) => eb.or([eb('i.id', 'is', null), eb('i.status', 'not in', ['deleted', 'voided', 'closed'])]))
    .where((eb) => eb.or([eb('i.id', 'is', null), eb('i.invoiceType', '<>', 'progressive_billing')]))
    .where((eb) =>
      eb.or([
        eb.and([
          eb('f.feeType', '=', 'subscription'),
          eb('f.fromAt', '>=', ts(asked.period.from)),
          eb('f.fromAt', '<=', ts(asked.to)),
        ]),
        eb.and([
          eb('f.feeType', '=', 'charge'),
          eb('f.fromAt', '<=', ts(asked.to)),
          eb('f.toAt', '<', ts(addMs(asked.period.to, ZONE_CHANGE_MAX_MS))),
          eb.or([
            eb('f.fromAt', '>=', ts(asked.from)),
            eb.and([
              eb('f.fromAt', '>', ts(addMs(asked.from, -ZONE_CHANGE_MAX_MS))),
              eb('f.toAt', '>=', ts(addMs(asked.from, ZONE_CHANGE_MAX_MS))),
            ]),
          ]),
        ]),
      ]),
    )
  if (asked.exceptInvoiceId !== null) {
    const id = asked.exceptInvoiceId
    query = query.where((eb) => eb.or([eb('i.id', 'is', null), eb('i.id', '<>', id)]))
  }
  const row = await query.executeTakeFirst()
  return { amountCents: BigInt(row?.amount ?? '0'), preciseAmountCents: Decimal.of(row?.precise ?? '0') }
}
