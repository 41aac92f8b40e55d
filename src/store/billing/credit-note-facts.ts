import type { CreditNoteFacts } from '../../core/billing/reductions/credit-note-facts.ts'
import type { Reads } from '../database.ts'
import { anyOf, groupedBy } from '../values.ts'

/**
 * The final credit notes of customers with something left, by customer id and oldest first, in one statement. The
 * caller has locked the customers when it is going to use the notes.
 */
export async function readCreditNoteFacts(
  reads: Reads,
  customerIds: readonly string[],
): Promise<ReadonlyMap<string, readonly CreditNoteFacts[]>> {
  const rows = await reads
    .selectFrom('creditNotes')
    .select(['id', 'customerId', 'currency', 'balanceAmountCents as balanceCents'])
    .where('customerId', '=', anyOf(customerIds))
    .where('status', '=', 'finalized')
    .where('balanceAmountCents', '>', 0n)
    .orderBy('createdAt')
    .orderBy('id')
    .execute()
  return groupedBy(rows, ({ customerId }) => customerId)
}
