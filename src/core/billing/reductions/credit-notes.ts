import { lesserCents } from '../../amounts/cents.ts'
import { Decimal } from '../../amounts/decimal.ts'
import type { Instant } from '../../calendar/instant.ts'
import { localDate } from '../../calendar/zone.ts'
import { type FeeDraft, preciseReductionCents } from '../../invoicing/fee-draft.ts'
import type { CustomerFacts } from '../snapshot.ts'
import type { NewNotes } from './available.ts'
import type { AvailableCreditNotes, CreditNoteFacts } from './credit-note-facts.ts'
import type { Reduce, ReducibleInvoice, Reduction } from './reduction.ts'

/**
 * Takes the balances of credit notes off the total with taxes (docs/rules/reductions.md#credit-notes), oldest first,
 * each at most what is left. Notes that come with the invoice are the newest.
 */
export const reduceByCreditNotes: Reduce = (invoice, { creditNotes }) => {
  if (!creditNotes) return invoice
  const { currency } = creditNotes
  const own = invoice.creditNotes
    .filter(({ status }) => status === 'finalized')
    .map(({ key, shares }) => ({ id: key, currency, balanceCents: shares.creditCents }))
  return { ...invoice, ...takeNotes(invoice, { currency, notes: [...creditNotes.notes, ...own] }) }
}

/** What the share of a credit note depends on. */
export type CreditedFee = Pick<
  FeeDraft,
  | 'key'
  | 'amountCents'
  | 'preciseProgressiveCreditCents'
  | 'preciseCouponsAmountCents'
  | 'preciseCreditNotesAmountCents'
>

/** An invoice with its taxes while credit notes are taken off. */
export type CreditedInvoice<Fee extends CreditedFee> = Pick<
  ReducibleInvoice,
  'reductions' | 'leftCents' | 'taxesByFee'
> & { readonly fees: readonly Fee[] }

/** Takes credit notes off an invoice in their order, and shares them out on its fees. */
export function takeNotes<Fee extends CreditedFee>(
  invoice: CreditedInvoice<Fee>,
  { notes, currency }: AvailableCreditNotes,
): Pick<CreditedInvoice<Fee>, 'fees' | 'reductions' | 'leftCents'> {
  let { fees, reductions, leftCents } = invoice
  for (const { id, balanceCents, currency: own } of notes) {
    if (leftCents <= 0n) break
    if (own !== currency || balanceCents <= 0n) continue
    const amountCents = lesserCents(balanceCents, leftCents)
    fees = sharedOut({ ...invoice, fees, leftCents }, Decimal.of(amountCents))
    reductions = [...reductions, { kind: 'credit_note', sourceId: id, isBeforeTaxes: false, amountCents }]
    leftCents -= amountCents
  }
  return { fees, reductions, leftCents }
}

const SHARE_SCALE = 5

/** Each fee gets its part of the credit, by what is left of it with taxes. */
function sharedOut<Fee extends CreditedFee>(
  { fees, leftCents, taxesByFee }: CreditedInvoice<Fee>,
  credit: Decimal,
): readonly Fee[] {
  const left = Decimal.of(leftCents)
  return fees.map((fee) => {
    const withTaxes = Decimal.of(fee.amountCents)
      .minus(preciseReductionCents(fee))
      .plus(taxesByFee?.get(fee.key) ?? Decimal.zero)
    const rest = Decimal.max(withTaxes.minus(fee.preciseCreditNotesAmountCents), Decimal.zero)
    const share = Decimal.min(credit.times(rest).dividedBy(left, SHARE_SCALE), rest)
    return { ...fee, preciseCreditNotesAmountCents: fee.preciseCreditNotesAmountCents.plus(share) }
  })
}

/** What the notes that come with an invoice of a customer share. */
export function newNotesOf(
  { id, zone }: Pick<CustomerFacts, 'id' | 'zone'>,
  currency: string,
  createdAt: Instant,
): NewNotes {
  return { customerId: id, currency, issuingOn: localDate(createdAt, zone), createdAt }
}

/** A customer's credit notes after an invoice: what its next invoice in the same bill may use. */
export function creditNotesAfter(
  notes: readonly CreditNoteFacts[],
  reductions: readonly Reduction[],
): readonly CreditNoteFacts[] {
  const used = new Map(
    reductions.flatMap(({ kind, sourceId, amountCents }) =>
      kind === 'credit_note' ? [[sourceId, amountCents] as const] : [],
    ),
  )
  if (used.size === 0) return notes
  return notes.map((note) => ({ ...note, balanceCents: note.balanceCents - (used.get(note.id) ?? 0n) }))
}
