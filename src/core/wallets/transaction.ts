import type { Instant } from '../calendar/instant.ts'

export const TRANSACTION_TYPES = ['inbound', 'outbound'] as const
export const TRANSACTION_STATUSES = ['pending', 'settled', 'failed'] as const
/** What a transaction is: the first two enter a wallet, the others leave it. */
export const TRANSACTION_KINDS = ['purchased', 'granted', 'voided', 'invoiced'] as const
export const TRANSACTION_SOURCES = ['manual', 'interval', 'threshold'] as const

/** A piece of data that a client attaches to a transaction. */
export type TransactionMetadata = readonly { readonly key: string; readonly value: string }[]

/** A settled inbound transaction with something left. */
export type Funding = {
  readonly id: string
  /** 1 is spent first. */
  readonly priority: number
  readonly kind: 'granted' | 'purchased'
  readonly createdAt: Instant
  readonly remainingCents: bigint
}

/** What an outbound transaction takes from an inbound one. */
export type Consumption = { readonly inboundId: string; readonly amountCents: bigint }
