import type { VoidRefund } from '../credit-notes/void-notes.ts'
import { readCents } from '../input/cents.ts'
import { Fields, type Input } from '../input/fields.ts'
import { type Outcome, Problems } from '../problems.ts'

/**
 * Reads how an invoice is voided: with `generate_credit_note`, the cents to credit and to refund; otherwise null. 422
 * for amounts that are no cents.
 */
export function readVoid(input: Input): Outcome<VoidRefund | null> {
  const problems = new Problems()
  const fields = new Fields(input, problems)
  const generates = fields.boolean('generate_credit_note')
  if (generates !== true) return problems.outcome(null)
  const creditCents = readCents(fields, 'credit_amount', 0n) ?? 0n
  const refundCents = readCents(fields, 'refund_amount', 0n) ?? 0n
  return problems.outcome({ creditCents, refundCents })
}
