import { Type } from 'typebox'
import {
  TRANSACTION_KINDS,
  TRANSACTION_SOURCES,
  TRANSACTION_STATUSES,
  TRANSACTION_TYPES,
} from '../../core/wallets/transaction.ts'
import { dateTime, nullableInteger, nullableText, uuid, words } from './common.ts'
import { AppliedCustomSection } from './invoice-custom-sections.ts'
import { PageQuery, PaginationMeta } from './pagination.ts'
import { PaymentMethodReference } from './subscriptions.ts'
import { CustomSectionSelection } from './wallets.ts'

const nullableId = Type.Union([uuid, Type.Null()])
const nullableDateTime = Type.Union([dateTime, Type.Null()])
const credits = Type.String({ pattern: '^[0-9]+.?[0-9]*$' })
const nullableCredits = Type.Union([credits, Type.Null()])
const pairs = Type.Array(Type.Object({ key: Type.String(), value: Type.String() }))

const transaction = {
  lago_id: uuid,
  lago_wallet_id: uuid,
  lago_invoice_id: nullableId,
  lago_credit_note_id: nullableId,
  lago_voided_invoice_id: nullableId,
  billing_entity_code: Type.String(),
  status: words(...TRANSACTION_STATUSES),
  source: words(...TRANSACTION_SOURCES),
  transaction_status: words(...TRANSACTION_KINDS),
  transaction_type: words(...TRANSACTION_TYPES),
  amount: credits,
  credit_amount: credits,
  remaining_amount_cents: nullableInteger,
  remaining_credit_amount: nullableCredits,
  priority: Type.Integer({ minimum: 1, maximum: 50 }),
  purchase_order_number: nullableText,
  settled_at: nullableDateTime,
  failed_at: nullableDateTime,
  created_at: dateTime,
  invoice_requires_successful_payment: Type.Boolean(),
  metadata: pairs,
  name: nullableText,
  payment_method: PaymentMethodReference,
}
const TransactionObject = Type.Object(transaction)

export const WalletTransactionInput = Type.Object({
  wallet_transaction: Type.Object({
    wallet_id: uuid,
    paid_credits: Type.Optional(nullableCredits),
    granted_credits: Type.Optional(nullableCredits),
    voided_credits: Type.Optional(nullableCredits),
    voided_transaction_id: Type.Optional(nullableId),
    invoice_requires_successful_payment: Type.Optional(Type.Boolean()),
    ignore_paid_top_up_limits: Type.Optional(Type.Boolean()),
    name: Type.Optional(nullableText),
    priority: Type.Optional(Type.Integer({ minimum: 1, maximum: 50 })),
    purchase_order_number: Type.Optional(nullableText),
    metadata: Type.Optional(Type.Union([pairs, Type.Null()])),
    payment_method: Type.Optional(PaymentMethodReference),
    invoice_custom_section: Type.Optional(CustomSectionSelection),
  }),
})
export const MovedCredits = Type.Object({ wallet_transactions: Type.Array(TransactionObject) })
export const WalletTransaction = Type.Object({
  wallet_transaction: Type.Object({
    ...transaction,
    applied_invoice_custom_sections: Type.Array(AppliedCustomSection),
  }),
})
export const WalletTransactions = Type.Object({
  wallet_transactions: Type.Array(TransactionObject),
  meta: PaginationMeta,
})
const Consumption = Type.Object({
  lago_id: uuid,
  amount_cents: Type.Integer(),
  credit_amount: credits,
  created_at: dateTime,
  wallet_transaction: TransactionObject,
})
export const Consumptions = Type.Object({
  wallet_transaction_consumptions: Type.Array(Consumption),
  meta: PaginationMeta,
})
export const Fundings = Type.Object({
  wallet_transaction_fundings: Type.Array(Consumption),
  meta: PaginationMeta,
})
export const PaymentUrl = Type.Object({
  wallet_transaction_payment_details: Type.Object({
    lago_customer_id: uuid,
    external_customer_id: Type.String(),
    payment_provider: Type.String(),
    lago_wallet_transaction_id: uuid,
    payment_url: Type.String(),
  }),
})

export const WalletTransactionsQuery = Type.Object({
  ...PageQuery.properties,
  status: Type.Optional(words(...TRANSACTION_STATUSES)),
  transaction_type: Type.Optional(words(...TRANSACTION_TYPES)),
  transaction_status: Type.Optional(words(...TRANSACTION_KINDS)),
  'metadata[key]': Type.Optional(
    Type.String({ description: 'A pair that the metadata has: `metadata[order]=42`.' }),
  ),
})
