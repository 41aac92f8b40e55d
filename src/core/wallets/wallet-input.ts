import { CURRENCIES } from '../amounts/currency.ts'
import { Decimal } from '../amounts/decimal.ts'
import type { Instant } from '../calendar/instant.ts'
import { readCents } from '../input/cents.ts'
import { Fields, type Input, isInput } from '../input/fields.ts'
import { type Metadata, readMetadata } from '../input/metadata.ts'
import { readSelection, type SectionSelection } from '../invoice-custom-sections/section-input.ts'
import type { Problems } from '../problems.ts'
import { readPaymentMethod } from '../subscriptions/subscription-input.ts'
import { readCredits, readPriority, readTransactionName } from './credit-input.ts'
import { type RuleInput, readRules } from './rule-input.ts'
import type { TransactionMetadata } from './transaction.ts'
import { readTransactionMetadata } from './transaction-metadata.ts'
import { WALLET_FEE_TYPES } from './wallet.ts'

/** What a wallet is limited to, as requested; undefined leaves it. */
export type LimitInput = {
  readonly feeTypes: readonly string[] | undefined
  readonly metricCodes: readonly string[] | undefined
}

/** The billing entity of a wallet, as requested: null for that of the customer, undefined to leave it. */
export type EntityInput = { readonly code: string } | { readonly id: string } | null | undefined

/** What a request says about a wallet; undefined leaves a value. */
export type WalletChange = {
  readonly name: string | null | undefined
  readonly code: string | undefined
  readonly priority: number | undefined
  readonly expirationAt: Instant | null | undefined
  readonly purchaseOrderNumber: string | null | undefined
  readonly invoiceRequiresSuccessfulPayment: boolean | undefined
  readonly paidTopUpMinAmountCents: bigint | null | undefined
  readonly paidTopUpMaxAmountCents: bigint | null | undefined
  readonly paymentMethodType: 'provider' | 'manual' | undefined
  readonly entity: EntityInput
  readonly limits: LimitInput
  readonly sections: SectionSelection | undefined
  readonly rules: readonly RuleInput[] | undefined
  readonly metadata: Metadata | null | undefined
}

/** The top-up that a new wallet starts with. */
export type FirstTopUp = {
  readonly paidCredits: Decimal
  readonly grantedCredits: Decimal
  readonly ignoreLimits: boolean
  readonly name: string | null
  readonly priority: number | undefined
  readonly metadata: TransactionMetadata
}

/** A new wallet as requested. */
export type NewWalletInput = WalletChange & {
  readonly currency: string | null
  /** Null when it is absent or no number. */
  readonly rate: Decimal | null
  readonly topUp: FirstTopUp
}

const TEXT_MAX = 255
/** Of the metadata of the first top-up. */
const METADATA_PAIRS_MAX = 5
const RATE_SCALE = 5
const RATE_END = Decimal.of('1e25')

/**
 * Errors of a request: those of its `shape` are reported first, without those of the `wallet` that it would make.
 */
export type WalletProblems = { readonly shape: Problems; readonly wallet: Problems }

/** Reads a new wallet (docs/rules/wallets.md#a-wallet). Errors are added to `problems`. */
export function readNewWallet(input: Input, now: Instant, problems: WalletProblems): NewWalletInput {
  const fields = new Fields(input, problems.wallet)
  const paidCredits = readCredits(input, 'paid_credits', problems.shape)
  const grantedCredits = readCredits(input, 'granted_credits', problems.shape)
  const change = readChange(input, now, problems)
  const metadata = readTransactionMetadata(input.transaction_metadata, METADATA_PAIRS_MAX)
  return {
    ...change,
    currency: fields.isBlank('currency') ? null : (fields.word('currency', CURRENCIES) ?? null),
    rate: readRate(fields),
    topUp: {
      paidCredits,
      grantedCredits,
      ignoreLimits: fields.boolean('ignore_paid_top_up_limits_on_creation') ?? false,
      name: readTransactionName(input, 'transaction_name', problems.shape),
      priority: readPriority(input, 'transaction_priority', problems.shape),
      metadata: problems.shape.absorb(metadata) ?? [],
    },
  }
}

/** Reads a change of a wallet. Its rate and currency never change. Errors are added to `problems`. */
export function readChange(input: Input, now: Instant, { shape, wallet }: WalletProblems): WalletChange {
  const early = new Fields(input, shape)
  const fields = new Fields(input, wallet)
  const expirationAt = early.instant('expiration_at')
  if (typeof expirationAt === 'number' && expirationAt <= now) shape.add('expiration_at', 'invalid_date')
  return {
    name: fields.text('name', TEXT_MAX),
    code: fields.id('code', TEXT_MAX) || undefined,
    priority: readPriority(input, 'priority', wallet),
    expirationAt,
    purchaseOrderNumber: blankAsNull(fields.text('purchase_order_number', TEXT_MAX)),
    invoiceRequiresSuccessfulPayment: fields.boolean('invoice_requires_successful_payment') ?? undefined,
    paidTopUpMinAmountCents: readCents(fields, 'paid_top_up_min_amount_cents', 1n),
    paidTopUpMaxAmountCents: readCents(fields, 'paid_top_up_max_amount_cents', 1n),
    paymentMethodType: readPaymentMethod(input.payment_method, shape),
    entity: readEntity(fields),
    limits: readLimits(input, shape),
    sections: readSelection(input, shape),
    rules: readRules(input.recurring_transaction_rules, now, shape),
    metadata: input.metadata === undefined ? undefined : wallet.absorb(readMetadata(input.metadata)),
  }
}

/** Refuses a lower limit above the upper one. */
export function checkLimitOrder(minCents: bigint | null, maxCents: bigint | null, problems: Problems): void {
  if (minCents !== null && maxCents !== null && maxCents < minCents) {
    problems.add('paid_top_up_max_amount_cents', 'must_be_greater_than_or_equal_min')
  }
}

/** The code of a wallet that has none: from its name (`My Wallet` is `my_wallet`), else `default`. */
export function codeOfName(name: string | null | undefined): string {
  const code = (name ?? '')
    .normalize('NFKD')
    .replace(/[̀-ͯ]/g, '')
    .toLowerCase()
    .replace(/[^a-z0-9_-]+/g, '_')
    .replace(/^_+|_+$/g, '')
  return code === '' ? 'default' : code
}

/** A text that is one of the fee types that wallets can be limited to. */
function isFeeType(value: unknown): boolean {
  return WALLET_FEE_TYPES.some((each) => each === value)
}

function readLimits(input: Input, problems: Problems): LimitInput {
  const value = input.applies_to
  const none = { feeTypes: undefined, metricCodes: undefined }
  if (value === undefined) return none
  if (value === null) return { feeTypes: [], metricCodes: [] }
  const feeTypes = isInput(value) ? listOf(value.fee_types) : null
  const metricCodes = isInput(value) ? listOf(value.billable_metric_codes) : null
  const isRefused = feeTypes === null || metricCodes === null || !(feeTypes ?? []).every(isFeeType)
  if (isRefused) problems.add('applies_to', 'invalid_limitations')
  return isRefused ? none : { feeTypes, metricCodes }
}

/** A list of texts without repetitions, undefined when it is not given, null when it is something else. */
function listOf(value: unknown): readonly string[] | undefined | null {
  if (value === undefined) return undefined
  if (value === null) return []
  const isList = Array.isArray(value) && value.every((each) => typeof each === 'string')
  return isList ? [...new Set(value as string[])] : null
}

function readRate(fields: Fields): Decimal | null {
  if (fields.isBlank('rate_amount')) {
    fields.refuse('rate_amount', 'value_is_mandatory')
    return null
  }
  const rate = fields.decimal('rate_amount')?.round(RATE_SCALE)
  if (!rate) return null
  if (rate.isPositive() && rate.compare(RATE_END) < 0) return rate
  fields.refuse('rate_amount', 'value_is_out_of_range')
  return null
}

function readEntity(fields: Fields): EntityInput {
  const code = fields.id('billing_entity_code')
  if (code) return { code }
  const id = fields.text('billing_entity_id')
  if (id) return { id }
  return fields.isNull('billing_entity_code') || fields.isNull('billing_entity_id') ? null : undefined
}

function blankAsNull(text: string | null | undefined): string | null | undefined {
  return typeof text === 'string' && text.trim() === '' ? null : text
}
