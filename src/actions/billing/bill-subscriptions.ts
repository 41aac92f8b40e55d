import type { Instant } from '../../core/calendar/instant.ts'
import type { Tx } from '../../store/database.ts'
import type { Caller, Context } from '../context.ts'

/** What brings a subscription on a bill. */
export type BillEntry = {
  readonly subscriptionId: string
  readonly reason: 'subscription_starting' | 'subscription_periodic' | 'subscription_terminating'
}

/** Makes the invoices of a bill. */
export async function billSubscriptions(
  _context: Context,
  _tx: Tx,
  _caller: Caller,
  _bill: {
    readonly customerId: string
    readonly at: Instant
    readonly entries: readonly BillEntry[]
    readonly skipCharges: boolean
  },
): Promise<void> {
  throw new Error('billing is not merged')
}
