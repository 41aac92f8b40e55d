import type { Instant } from '../calendar/instant.ts'
import type { Metadata } from '../input/metadata.ts'
import type { CreditNoteCause, CreditNoteReason, NoteShares } from './credit-note.ts'
import type { NoteAmounts } from './note-amounts.ts'

/** A credit note with everything that will be written except its id and its number. */
export type CreditNotePlan = {
  /** Stands for the id within its bill, so that reductions of the same bill can name the note. */
  readonly key: string
  readonly customerId: string
  /** The invoice that it credits. */
  readonly invoiceId: string
  readonly currency: string
  readonly reason: CreditNoteReason
  readonly cause: CreditNoteCause
  readonly description: string | null
  readonly metadata: Metadata | null
  /** A draft until its invoice is final. */
  readonly status: 'draft' | 'finalized'
  readonly issuingOn: string
  readonly amounts: NoteAmounts
  readonly shares: NoteShares
  /** True for the rest of a voided invoice, which is given up at once. */
  readonly isVoided: boolean
  readonly createdAt: Instant
}
