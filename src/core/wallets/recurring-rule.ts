import type { Decimal } from '../amounts/decimal.ts'
import type { Instant } from '../calendar/instant.ts'
import type { TransactionMetadata } from './transaction.ts'

export const RULE_TRIGGERS = ['interval', 'threshold'] as const
export const RULE_INTERVALS = ['weekly', 'monthly', 'quarterly', 'semiannual', 'yearly'] as const
export const RULE_METHODS = ['fixed', 'target'] as const

/** When and by how much a wallet is topped up without being asked. */
export type RecurringRule = {
  readonly trigger: (typeof RULE_TRIGGERS)[number]
  /** Null for a threshold. */
  readonly interval: (typeof RULE_INTERVALS)[number] | null
  readonly thresholdCredits: Decimal
  readonly method: (typeof RULE_METHODS)[number]
  readonly paidCredits: Decimal
  readonly grantedCredits: Decimal
  /** Null for a fixed amount. */
  readonly targetOngoingBalance: Decimal | null
  /** Whether what is missing to the target is granted and not sold; null when not stated. */
  readonly grantsTargetTopUp: boolean | null
  /** The day that an interval counts from; null for that of the wallet. */
  readonly startedAt: Instant | null
  readonly expirationAt: Instant | null
  readonly invoiceRequiresSuccessfulPayment: boolean
  readonly ignorePaidTopUpLimits: boolean
  readonly transactionMetadata: TransactionMetadata
  readonly transactionName: string | null
  readonly purchaseOrderNumber: string | null
  readonly paymentMethodType: string
  readonly paymentMethodId: string | null
}
