import { Fields, type Input } from '../input/fields.ts'
import { type Outcome, Problems } from '../problems.ts'

/** What somebody has found out about a payment at its provider. */
export type Resolution = {
  readonly as: 'succeeded' | 'failed'
  readonly providerPaymentId: string | null
  readonly note: string
}

/** Reads how a payment was resolved: a note always, and the provider's id for a success. */
export function readResolution(input: Input): Outcome<Resolution> {
  const problems = new Problems()
  const fields = new Fields(input, problems)
  const as = fields.word('outcome', ['succeeded', 'failed'] as const)
  if (as === null || (as === undefined && !fields.has('outcome')))
    fields.refuse('outcome', 'value_is_mandatory')
  const id = fields.id('provider_payment_id', 255) || null
  if (as === 'succeeded' && id === null) fields.refuse('provider_payment_id', 'value_is_mandatory')
  const note = fields.mandatoryText('note', 1000)
  return problems.outcome({ as: as ?? 'failed', providerPaymentId: id, note: note ?? '' })
}
