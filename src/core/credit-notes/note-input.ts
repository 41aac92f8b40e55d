import type { Decimal } from '../amounts/decimal.ts'
import { readCents } from '../input/cents.ts'
import { Fields, type Input, isInput } from '../input/fields.ts'
import { type Metadata, readMetadata } from '../input/metadata.ts'
import { type Outcome, Problems } from '../problems.ts'
import {
  CREDIT_NOTE_REASONS,
  type CreditNoteReason,
  type NoteShares,
  REFUND_STATUSES,
  type RefundStatus,
} from './credit-note.ts'

/** A line of a request: cents of a fee before reductions and taxes. */
export type ItemInput = { readonly feeId: string; readonly amountCents: Decimal }

export type CreditNoteInput = {
  readonly reason: CreditNoteReason
  readonly description: string | null
  readonly shares: NoteShares
  readonly metadata: Metadata | null
  readonly items: readonly ItemInput[]
}

const ITEM_SCALE = 5
const ITEMS_MAX = 10_000

/**
 * Reads a credit note. 422 for an unknown reason, amounts that are no whole cents, `items` that are no list
 * (`must_be_an_array`) and item amounts that are no numbers (`amount_cents`: `invalid_value`). Item amounts keep 5
 * decimals.
 */
export function readCreditNote(input: Input): Outcome<CreditNoteInput> {
  const problems = new Problems()
  const fields = new Fields(input, problems)
  const reason = fields.word('reason', CREDIT_NOTE_REASONS) ?? 'other'
  const description = fields.text('description') ?? null
  const shares = {
    creditCents: readCents(fields, 'credit_amount_cents', 0n) ?? 0n,
    refundCents: readCents(fields, 'refund_amount_cents', 0n) ?? 0n,
    offsetCents: readCents(fields, 'offset_amount_cents', 0n) ?? 0n,
  }
  const metadata = input.metadata === undefined ? null : readMetadata(input.metadata)
  if (metadata !== null && !metadata.ok) return metadata
  const items = readItems(input, problems)
  return problems.outcome({ reason, description, shares, items, metadata: metadata?.value ?? null })
}

/** Reads the items of an estimate, whose amounts are truncated to whole cents. */
export function readEstimatedItems(input: Input): Outcome<readonly ItemInput[]> {
  const problems = new Problems()
  const items = readItems(input, problems).map(({ feeId, amountCents }) => ({
    feeId,
    amountCents: amountCents.round(0, 'down'),
  }))
  return problems.outcome(items)
}

/** What may change of a credit note; absent keys stay as they are. */
export type CreditNoteChange = { readonly refundStatus?: RefundStatus; readonly metadata?: unknown }

/** Reads an update of a credit note. 422 with `refund_status`: `value_is_invalid` for an unknown status. */
export function readCreditNoteChange(input: Input): Outcome<CreditNoteChange> {
  const problems = new Problems()
  const status = REFUND_STATUSES.find((each) => each === input.refund_status)
  if (input.refund_status !== undefined && status === undefined) {
    problems.add('refund_status', 'value_is_invalid')
  }
  return problems.outcome({
    ...(status === undefined ? {} : { refundStatus: status }),
    ...(input.metadata === undefined ? {} : { metadata: input.metadata }),
  })
}

function readItems({ items }: Input, problems: Problems): readonly ItemInput[] {
  if (!Array.isArray(items)) {
    problems.add('items', 'must_be_an_array')
    return []
  }
  if (items.length > ITEMS_MAX) {
    problems.add('items', 'value_is_too_long')
    return []
  }
  return items.flatMap((item: unknown) => {
    if (!isInput(item)) {
      problems.add('items', 'invalid_format')
      return []
    }
    const fields = new Fields(item, problems)
    const amount = fields.decimal('amount_cents', 'invalid_value')
    if (amount === null || !fields.has('amount_cents')) problems.add('amount_cents', 'invalid_value')
    const feeId = typeof item.fee_id === 'string' ? item.fee_id : ''
    return amount ? [{ feeId, amountCents: amount.round(ITEM_SCALE) }] : []
  })
}
