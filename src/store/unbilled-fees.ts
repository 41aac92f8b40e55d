import type { Selectable } from 'kysely'
import type { Instant } from '../core/calendar/instant.ts'
import type { FeeDraft } from '../core/invoicing/fee-draft.ts'
import type { Reads, Tx } from './database.ts'
import { newId } from './ids.ts'
import type { UnbilledFees } from './rows.ts'
import { json, ts, tsOrNull } from './values.ts'

const FEES_AT_ONCE = 1000

/** A fee that is too large for its invoice, or for any. */
export type UnbilledFeeRow = Selectable<UnbilledFees>

/** Keeps what could not be billed, so that somebody sees it; `invoiceId` is null when no invoice would carry it. */
export async function insertUnbilledFees(
  tx: Tx,
  owner: {
    readonly organizationId: string
    readonly invoiceId: string | null
    readonly currency: string
    readonly now: Instant
  },
  fees: readonly FeeDraft[],
): Promise<void> {
  // A statement has room for 65,535 parameters.
  for (let start = 0; start < fees.length; start += FEES_AT_ONCE) {
    await tx
      .insertInto('unbilledFees')
      .values(
        fees.slice(start, start + FEES_AT_ONCE).map((fee) => ({
          organizationId: owner.organizationId,
          id: newId(),
          invoiceId: owner.invoiceId,
          subscriptionId: fee.subscriptionId,
          chargeId: fee.chargeId,
          chargeFilterId: fee.chargeFilterId,
          feeType: fee.feeType,
          currency: owner.currency,
          units: fee.units.toString(),
          amountCents: String(fee.amountCents),
          groupedBy: json(fee.groupedBy),
          chargesFrom: tsOrNull(fee.chargesWindow?.from ?? null),
          chargesTo: tsOrNull(fee.chargesWindow?.to ?? null),
          createdAt: ts(owner.now),
        })),
      )
      .execute()
  }
}

/** What could not be put on these invoices. */
export async function unbilledFeesOf(reads: Reads, invoiceIds: readonly string[]): Promise<UnbilledFeeRow[]> {
  return reads
    .selectFrom('unbilledFees')
    .selectAll()
    .where('invoiceId', 'in', [...invoiceIds])
    .orderBy('createdAt')
    .orderBy('id')
    .execute()
}

/** Forgets what could not be put on an invoice, before it is made anew. */
export async function deleteUnbilledFees(tx: Tx, invoiceId: string): Promise<void> {
  await tx.deleteFrom('unbilledFees').where('invoiceId', '=', invoiceId).execute()
}
