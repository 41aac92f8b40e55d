import type { InboundMessage } from '../../core/payments/gateway.ts'
import type { PaymentProviderRow } from '../../store/payment-providers.ts'

/** What a message did: `waiting` when what it is about may still come, `dead` when it makes no sense. */
export type Handled = { readonly status: 'succeeded' | 'waiting' | 'dead'; readonly result: string }

/** A message with the connection that it came to. */
export type MessageAt = {
  readonly message: InboundMessage
  readonly provider: PaymentProviderRow
  /** What has not come until now is not waited for any more. */
  readonly isLastTry: boolean
}

export const APPLIED: Handled = { status: 'succeeded', result: 'applied' }
export const NO_CHANGE: Handled = { status: 'succeeded', result: 'no_change' }

/** A message that is none of ours, or that says nothing. */
export function ignored(why: string): Handled {
  return { status: 'succeeded', result: `ignored: ${why}` }
}

/** A provider gave no answer about what a message is about; the queue tries again. */
export class NothingRead extends Error {
  override readonly name = 'NothingRead'
}
