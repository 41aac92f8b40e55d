/** A credit note with something left for later invoices. */
export type CreditNoteFacts = {
  readonly id: string
  readonly currency: string
  readonly balanceCents: bigint
}

/** The credit notes that an invoice may use, oldest first. */
export type AvailableCreditNotes = { readonly notes: readonly CreditNoteFacts[]; readonly currency: string }
