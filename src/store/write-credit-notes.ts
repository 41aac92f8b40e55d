import { type Selectable, sql } from 'kysely'
import type { Instant } from '../core/calendar/instant.ts'
import { totalOfShares } from '../core/credit-notes/credit-note.ts'
import type { CreditNotePlan } from '../core/credit-notes/credit-note-plan.ts'
import type { NoteContent } from '../core/credit-notes/early-end-note.ts'
import type { Tx } from './database.ts'
import { isId, newId } from './ids.ts'
import { insertRows } from './insert-rows.ts'
import type { CreditNoteItems, CreditNotes, CreditNoteTaxes } from './rows.ts'
import { anyOf, ts } from './values.ts'

/** What was taken from a credit note by an invoice, in cents. */
export type NoteUse = { readonly id: string; readonly amountCents: bigint; readonly at: Instant }

/**
 * Writes credit notes with their items and taxes; returns their ids by the keys of their plans. Each gets the next
 * number among those of its invoice. The caller has locked the customers.
 */
export async function writeCreditNotes(
  tx: Tx,
  organizationId: string,
  plans: readonly CreditNotePlan[],
): Promise<ReadonlyMap<string, string>> {
  if (plans.length === 0) return new Map()
  const last = await lastNumbers(tx, [...new Set(plans.map(({ invoiceId }) => invoiceId))])
  const ids = new Map<string, string>()
  const notes = plans.map((plan) => {
    const id = newId()
    const sequentialId = (last.get(plan.invoiceId) ?? 0) + 1
    last.set(plan.invoiceId, sequentialId)
    ids.set(plan.key, id)
    return { id, sequentialId, plan }
  })
  await insertRows(
    tx,
    'creditNotes',
    notes.map(({ id, sequentialId, plan }) => noteRow({ organizationId, id, sequentialId }, plan)),
  )
  await insertParts(
    tx,
    organizationId,
    notes.map(({ id, plan }) => ({ id, ...plan })),
  )
  return ids
}

/** The content of a draft note that is made anew; the note keeps its id, its number and its text. */
export type RenewedNote = NoteContent & {
  readonly id: string
  readonly status: 'draft' | 'finalized'
  readonly issuingOn: string
  readonly now: Instant
}

/**
 * Removes what draft credit notes give back, so that it does not count while they are computed anew. `rewriteDraftNotes`
 * follows in the same transaction.
 */
export async function clearDraftNotes(tx: Tx, ids: readonly string[]): Promise<void> {
  const own = anyOf(ids)
  await tx.deleteFrom('creditNoteItems').where('creditNoteId', '=', own).execute()
  await tx.deleteFrom('creditNoteTaxes').where('creditNoteId', '=', own).execute()
}

/** Writes the content of draft credit notes, which were cleared, anew. */
export async function rewriteDraftNotes(
  tx: Tx,
  organizationId: string,
  notes: readonly RenewedNote[],
): Promise<void> {
  for (const note of notes) {
    const { taxesRate, preciseCouponsCents, preciseTaxesCents } = note.amounts
    await tx
      .updateTable('creditNotes')
      .set({
        ...amountsOf(note),
        preciseCouponsAdjustmentAmountCents: preciseCouponsCents.toString(),
        preciseTaxesAmountCents: preciseTaxesCents.toString(),
        taxesRate: taxesRate.toString(),
        status: note.status,
        issuingDate: note.issuingOn,
        updatedAt: ts(note.now),
      })
      .where('id', '=', note.id)
      .execute()
  }
  await insertParts(
    tx,
    organizationId,
    notes.map((note) => ({ ...note, createdAt: note.now })),
  )
}

/** Deletes draft credit notes that came to nothing. */
export async function deleteDraftNotes(tx: Tx, ids: readonly string[]): Promise<void> {
  if (ids.length > 0) await tx.deleteFrom('creditNotes').where('id', '=', anyOf(ids)).execute()
}

/** Takes what invoices used from the balances of credit notes. */
export async function takeFromCreditNotes(tx: Tx, uses: readonly NoteUse[]): Promise<void> {
  const taken = new Map<string, NoteUse>()
  for (const use of uses) {
    const amountCents = use.amountCents + (taken.get(use.id)?.amountCents ?? 0n)
    taken.set(use.id, { ...use, amountCents })
  }
  if (taken.size === 0) return
  const rows = [...taken.values()]
  await sql`
    update credit_notes n set
      balance_amount_cents = n.balance_amount_cents - u.cents,
      credit_status = case when n.balance_amount_cents = u.cents then 'consumed' else n.credit_status end,
      updated_at = u.at
    from unnest(${rows.map(({ id }) => id)}::uuid[], ${rows.map(({ amountCents }) => amountCents)}::bigint[],
      ${rows.map(({ at }) => new Date(at).toISOString())}::timestamptz[]) as u (id, cents, at)
    where n.id = u.id`.execute(tx)
}

/**
 * Gives back what an invoice that came to nothing took from credit notes. What it took of one that was voided since is
 * given up with the rest.
 */
export async function giveBackToCreditNotes(tx: Tx, invoiceId: string, now: Instant): Promise<void> {
  await sql`
    update credit_notes n set
      balance_amount_cents = n.balance_amount_cents + case when n.credit_status = 'voided' then 0 else u.cents end,
      voided_amount_cents = n.voided_amount_cents + case when n.credit_status = 'voided' then u.cents else 0 end,
      credit_status = case when n.credit_status = 'consumed' then 'available' else n.credit_status end,
      updated_at = ${ts(now)}
    from (
      select r.source_id, sum(r.amount_cents)::bigint as cents from invoice_reductions r
      where r.invoice_id = ${invoiceId} and r.kind = 'credit_note'
      group by r.source_id
    ) as u
    where n.id = u.source_id`.execute(tx)
}

async function lastNumbers(tx: Tx, invoiceIds: readonly string[]): Promise<Map<string, number>> {
  const rows = await tx
    .selectFrom('creditNotes')
    .select((eb) => ['invoiceId', eb.fn.max('sequentialId').as('last')])
    .where('invoiceId', '=', anyOf(invoiceIds))
    .groupBy('invoiceId')
    .execute()
  return new Map(rows.map(({ invoiceId, last }) => [invoiceId, last]))
}

type NewNoteRow = Omit<Selectable<CreditNotes>, 'sealedIn'>

function noteRow(
  own: { readonly organizationId: string; readonly id: string; readonly sequentialId: number },
  plan: CreditNotePlan,
): NewNoteRow {
  const { amounts, shares, isVoided, createdAt } = plan
  return {
    ...own,
    customerId: plan.customerId,
    invoiceId: plan.invoiceId,
    status: plan.status,
    creditStatus: isVoided ? 'voided' : 'available',
    refundedAt: null,
    reason: plan.reason,
    cause: plan.cause,
    description: plan.description,
    currency: plan.currency,
    issuingDate: plan.issuingOn,
    preciseCouponsAdjustmentAmountCents: amounts.preciseCouponsCents.toString(),
    preciseTaxesAmountCents: amounts.preciseTaxesCents.toString(),
    taxesRate: amounts.taxesRate.toString(),
    ...amountsOf(plan),
    ...(isVoided ? { balanceAmountCents: 0n } : {}),
    voidedAmountCents: isVoided ? shares.creditCents : 0n,
    voidedAt: isVoided ? createdAt : null,
    metadata: plan.metadata,
    createdAt,
    updatedAt: createdAt,
  }
}

function amountsOf({ amounts, shares }: NoteContent) {
  return {
    subTotalExcludingTaxesAmountCents: amounts.subTotalCents,
    taxesAmountCents: amounts.taxesCents,
    totalAmountCents: totalOfShares(shares),
    creditAmountCents: shares.creditCents,
    refundAmountCents: shares.refundCents,
    offsetAmountCents: shares.offsetCents,
    balanceAmountCents: shares.creditCents,
    refundStatus: shares.refundCents > 0n ? 'pending' : null,
  }
}

async function insertParts(
  tx: Tx,
  organizationId: string,
  notes: readonly (Pick<NoteContent, 'amounts'> & { readonly id: string; readonly createdAt: Instant })[],
): Promise<void> {
  const items = notes.flatMap(({ id, amounts, createdAt }) =>
    amounts.items.map(
      ({ feeId, amountCents, preciseAmountCents }): Selectable<CreditNoteItems> => ({
        organizationId,
        id: newId(),
        creditNoteId: id,
        feeId,
        amountCents,
        preciseAmountCents: preciseAmountCents.toString(),
        createdAt,
      }),
    ),
  )
  const taxes = notes.flatMap(({ id, amounts, createdAt }) =>
    amounts.taxes.map(
      ({ tax, baseCents, amountCents }): Selectable<CreditNoteTaxes> => ({
        organizationId,
        id: newId(),
        creditNoteId: id,
        taxId: isId(tax.id) ? tax.id : null,
        taxCode: tax.code,
        taxName: tax.name,
        taxDescription: tax.description,
        taxRate: tax.rate.toString(),
        baseAmountCents: baseCents,
        amountCents,
        createdAt,
      }),
    ),
  )
  await insertRows(tx, 'creditNoteItems', items)
  await insertRows(tx, 'creditNoteTaxes', taxes)
}
