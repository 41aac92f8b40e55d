import { sql } from 'kysely'
import type { CreditNoteCause } from '../core/credit-notes/credit-note.ts'
import type { Reads } from './database.ts'
import { anyOf } from './values.ts'

/** An item of a draft credit note, with what tells its fee apart on the invoice. */
export type DraftNoteItem = {
  readonly feeId: string
  readonly feeKey: string
  readonly subscriptionId: string | null
  readonly preciseAmountCents: string
}

/** A credit note on an invoice that is not final. */
export type DraftNote = {
  readonly id: string
  readonly invoiceId: string
  readonly cause: CreditNoteCause
  readonly issuingDate: string
  readonly creditAmountCents: bigint
  readonly refundAmountCents: bigint
  readonly offsetAmountCents: bigint
  readonly items: readonly DraftNoteItem[]
}

/** Fees with equal keys bill the same thing on an invoice and on the same invoice made anew. */
const FEE_KEY = sql<string>`md5(concat_ws('/', f.fee_type, f.subscription_id, coalesce(f.charge_id::text, '-'),
  coalesce(f.charge_filter_id::text, '-'), coalesce(f.fixed_charge_id::text, '-'),
  coalesce(f.minimum_commitment_id::text, '-'), coalesce(f.add_on_id::text, '-'), f.grouped_by::text,
  f.true_up_parent_fee_id is null))`

/** The draft credit notes of invoices, oldest first. */
export async function readDraftNotes(
  reads: Reads,
  invoiceIds: readonly string[],
): Promise<readonly DraftNote[]> {
  if (invoiceIds.length === 0) return []
  const { rows } = await sql<DraftNote>`
    select n.id, n.invoice_id, n.cause, n.issuing_date, n.credit_amount_cents, n.refund_amount_cents,
      n.offset_amount_cents, (
        select coalesce(json_agg(json_build_object('feeId', f.id, 'feeKey', ${FEE_KEY}, 'subscriptionId', f.subscription_id,
          'preciseAmountCents', t.precise_amount_cents::text) order by t.id), '[]')
        from credit_note_items t
        join fees f on f.organization_id = t.organization_id and f.id = t.fee_id
        where t.organization_id = n.organization_id and t.credit_note_id = n.id
      ) as items
    from credit_notes n
    where n.invoice_id = ${anyOf(invoiceIds)} and n.status = 'draft'
    order by n.created_at, n.id`.execute(reads)
  return rows
}

/** The ids of the fees of an invoice by their keys. */
export async function feesByKey(reads: Reads, invoiceId: string): Promise<ReadonlyMap<string, string>> {
  const { rows } = await sql<{ key: string; id: string }>`
    select ${FEE_KEY} as key, f.id from fees f
    where f.invoice_id = ${invoiceId}::uuid and f.deleted_at is null`.execute(reads)
  return new Map(rows.map(({ key, id }) => [key, id]))
}
