import type { Decimal } from '../amounts/decimal.ts'
import { Fields, type Input } from '../input/fields.ts'
import { readSelection, type SectionSelection } from '../invoice-custom-sections/section-input.ts'
import type { Problems } from '../problems.ts'
import { readPaymentMethod } from '../subscriptions/subscription-input.ts'
import { readCredits, readPriority, readTransactionName } from './credit-input.ts'
import type { TransactionMetadata } from './transaction.ts'
import { readTransactionMetadata } from './transaction-metadata.ts'
import { DEFAULT_PRIORITY } from './wallet.ts'

/** What a request moves into and out of a wallet. */
export type MovementInput = {
  readonly paidCredits: Decimal
  readonly grantedCredits: Decimal
  /** Null when not given: then a named transaction is voided as a whole. */
  readonly voidedCredits: Decimal | null
  /** The inbound transaction to void from; null for all of them in their order. */
  readonly voidedTransactionId: string | null
  /** Undefined for the setting of the wallet. */
  readonly invoiceRequiresSuccessfulPayment: boolean | undefined
  readonly ignoreLimits: boolean
  readonly name: string | null
  readonly purchaseOrderNumber: string | null
  readonly priority: number
  readonly metadata: TransactionMetadata
  readonly paymentMethodType: 'provider' | 'manual' | undefined
  readonly sections: SectionSelection | undefined
}

const METADATA_PAIRS_MAX = 15
const TEXT_MAX = 255

/** Reads a top-up, a grant, a void or all of them (docs/rules/wallets.md#transactions). Adds to `problems`. */
export function readMovement(input: Input, problems: Problems): MovementInput {
  const fields = new Fields(input, problems)
  const isVoiding = input.voided_credits !== undefined && input.voided_credits !== null
  const voidedTransactionId = fields.isBlank('voided_transaction_id')
    ? null
    : (fields.text('voided_transaction_id') ?? null)
  return {
    paidCredits: readCredits(input, 'paid_credits', problems),
    grantedCredits: readCredits(input, 'granted_credits', problems),
    voidedCredits: isVoiding ? readCredits(input, 'voided_credits', problems) : null,
    voidedTransactionId,
    invoiceRequiresSuccessfulPayment: fields.boolean('invoice_requires_successful_payment') ?? undefined,
    ignoreLimits: fields.boolean('ignore_paid_top_up_limits') ?? false,
    name: readTransactionName(input, 'name', problems),
    purchaseOrderNumber: fields.isBlank('purchase_order_number')
      ? null
      : (fields.text('purchase_order_number', TEXT_MAX) ?? null),
    priority: readPriority(input, 'priority', problems) ?? DEFAULT_PRIORITY,
    metadata: problems.absorb(readTransactionMetadata(input.metadata, METADATA_PAIRS_MAX)) ?? [],
    paymentMethodType: readPaymentMethod(input.payment_method, problems),
    sections: readSelection(input, problems),
  }
}
