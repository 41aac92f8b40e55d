import { Decimal } from '../amounts/decimal.ts'
import type { Instant } from '../calendar/instant.ts'
import { digitsOf, Fields, type Input } from '../input/fields.ts'
import { type FieldErrors, type Outcome, outcome, Problems, refused, refusedFields } from '../problems.ts'

const REFERENCE_LENGTH_MAX = 40

/** Which invoice a manual payment is for, and how much was paid, in cents. */
export type PaymentOrder = { readonly invoiceId: string; readonly amountCents: bigint }

/** What decides whether an invoice can be paid by hand. Amounts are cents. */
export type OwedInvoice = {
  readonly status: string
  readonly invoiceType: string
  readonly totalAmountCents: bigint
  readonly totalPaidAmountCents: bigint
  /** What credit notes took off the amount that is due. */
  readonly offsetAmountCents: bigint
  /** Whether a payment request that holds the invoice was paid. */
  readonly isRequestPaid: boolean
}

/** A manual payment as it is recorded. */
export type ManualPayment = {
  readonly amountCents: bigint
  readonly reference: string
  readonly paidAt: Instant
}

/**
 * Reads which invoice is paid and how much: 422 `invoice_id: value_is_mandatory`, then `amount_cents: invalid_value`
 * for anything but a whole JSON number above zero. The first problem is the only one reported.
 */
export function readPaymentOrder(input: Input): Outcome<PaymentOrder> {
  const { invoice_id: invoiceId } = input
  if (typeof invoiceId !== 'string' || invoiceId.trim() === '') {
    return refusedFields({ invoice_id: ['value_is_mandatory'] })
  }
  const amount = amountOf(input)
  return amount === undefined
    ? refusedFields({ amount_cents: ['invalid_value'] })
    : outcome({ invoiceId: invoiceId.trim(), amountCents: amount })
}

/** A text of digits is no amount: `"100"` is refused. */
function amountOf(input: Input): bigint | undefined {
  const digits = digitsOf(input.amount_cents)
  const amount = digits === undefined ? undefined : Decimal.parse(digits)
  return amount?.isInteger() && amount.isPositive() ? amount.toBigInt() : undefined
}

/**
 * Checks a manual payment against its invoice, in the order of docs/rules/payments.md#manual-payments; the first
 * problem is the only one reported. An invoice of paid fees may be paid whatever its status is.
 */
export function checkPayment(
  input: Input,
  { amountCents }: PaymentOrder,
  invoice: OwedInvoice,
  now: Instant,
): Outcome<ManualPayment> {
  const isPayable = invoice.invoiceType === 'advance_charges' || PAYABLE_STATUSES.includes(invoice.status)
  if (!isPayable) return refused({ kind: 'forbidden', code: 'feature_unavailable' })
  const read = readDetails(input)
  if (!read.ok) return read
  const errors = amountErrors(amountCents, invoice)
  if (errors !== null) return refusedFields(errors)
  return outcome({ amountCents, reference: read.value.reference, paidAt: read.value.paidAt ?? now })
}

/** An `open` invoice becomes final when it is paid. */
const PAYABLE_STATUSES: readonly string[] = ['finalized', 'open']

type Details = { readonly reference: string; readonly paidAt: Instant | null }

/** Reads when the money was paid, then the reference, and reports the first problem alone. */
function readDetails(input: Input): Outcome<Details> {
  const problems = new Problems()
  const fields = new Fields(input, problems)
  const paidAt = fields.instant('paid_at') ?? null
  if (problems.any) return refusedFields(problems.details())
  const reference = fields.mandatoryText('reference', REFERENCE_LENGTH_MAX)
  return problems.outcome({ reference: reference ?? '', paidAt })
}

function amountErrors(amountCents: bigint, invoice: OwedInvoice): FieldErrors | null {
  if (amountCents > dueCents(invoice)) return { amount_cents: ['value_is_out_of_range'] }
  if (invoice.invoiceType === 'credit' && amountCents !== invoice.totalAmountCents) {
    return { amount_cents: ['invalid_amount'] }
  }
  return invoice.isRequestPaid ? { base: ['payment_request_is_already_succeeded'] } : null
}

/** What is still to be paid of an invoice, in cents: its total less payments and offsets; nothing once voided. */
export function dueCents(
  invoice: Pick<OwedInvoice, 'status' | 'totalAmountCents' | 'totalPaidAmountCents' | 'offsetAmountCents'>,
): bigint {
  if (invoice.status === 'voided') return 0n
  return invoice.totalAmountCents - invoice.totalPaidAmountCents - invoice.offsetAmountCents
}

/** Reads how a payment request was paid by hand: the reference is mandatory, and `paid_at` is now by default. */
export function readRequestPayment(
  input: Input,
  now: Instant,
): Outcome<{ readonly reference: string; readonly paidAt: Instant }> {
  const read = readDetails(input)
  return read.ok ? outcome({ reference: read.value.reference, paidAt: read.value.paidAt ?? now }) : read
}
