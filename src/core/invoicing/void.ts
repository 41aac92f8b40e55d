import { readCents } from '../input/cents.ts'
import { Fields, type Input } from '../input/fields.ts'
import { type Outcome, Problems } from '../problems.ts'

/** What an invoice holds that a credit note could give back, in cents. */
export type Voidable = {
  /** All of it with taxes, less what was credited already. */
  readonly creditableCents: bigint
  /** What was paid of it. */
  readonly paidCents: bigint
}

/**
 * Reads how an invoice is to be voided. Its money cannot be given back by credit notes yet: `generate_credit_note` is
 * refused with `not_supported_yet`, after the amounts of the request were held against the invoice
 * (`credit_refund_amount`: `total_amount_exceeds_invoice_amount`).
 */
export function checkVoid(input: Input, { creditableCents, paidCents }: Voidable): Outcome<void> {
  const problems = new Problems()
  const fields = new Fields(input, problems)
  const generates = fields.boolean('generate_credit_note')
  if (generates !== true) return problems.outcome(undefined)
  const creditCents = readCents(fields, 'credit_amount', 0n) ?? 0n
  const refundCents = readCents(fields, 'refund_amount', 0n) ?? 0n
  const refundableCents = paidCents < creditableCents ? paidCents : creditableCents
  const isTooMuch =
    creditCents > creditableCents ||
    refundCents > refundableCents ||
    creditCents + refundCents > creditableCents
  if (isTooMuch) problems.add('credit_refund_amount', 'total_amount_exceeds_invoice_amount')
  if (!problems.any) problems.add('generate_credit_note', 'not_supported_yet')
  return problems.outcome(undefined)
}
