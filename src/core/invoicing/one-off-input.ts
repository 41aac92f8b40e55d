import { CURRENCIES } from '../amounts/currency.ts'
import { Decimal } from '../amounts/decimal.ts'
import { readCents } from '../input/cents.ts'
import { Fields, type Input, isInput } from '../input/fields.ts'
import { readSelection, type SectionSelection } from '../invoice-custom-sections/section-input.ts'
import { type Outcome, outcome, Problems, refused } from '../problems.ts'
import { readPaymentMethod } from '../subscriptions/subscription-input.ts'
import type { Window } from '../subscriptions/windows.ts'

/** A line of a one-off invoice as it was asked for. */
export type OneOffLineInput = {
  readonly addOnCode: string
  readonly units: Decimal
  /** Price of one unit in minor units; null for the add-on's. */
  readonly unitAmountCents: bigint | null
  readonly invoiceDisplayName: string | null
  readonly description: string | null
  /** Empty for the taxes of the add-on, the customer or the billing entity. */
  readonly taxCodes: readonly string[]
  /** What the line pays for; null for the instant of the invoice. */
  readonly period: Window | null
}

export type OneOffInput = {
  /** Null for the customer's. */
  readonly currency: string | null
  /** Null for the customer's. */
  readonly billingEntityCode: string | null
  readonly purchaseOrderNumber: string | null
  readonly skipPsp: boolean
  /** Undefined for the customer's sections. */
  readonly sections: SectionSelection | undefined
  readonly lines: readonly OneOffLineInput[]
}

const TEXT_MAX = 255
/** As for prices: fifteen digits before the point. */
const UNITS_LIMIT = Decimal.of('1e15')
/** Decimals of `units` that are kept. */
const UNITS_SCALE = 30

/**
 * Reads a one-off invoice without its customer. 404 `fees_not_found` without lines, 422 for what is wrong with them:
 * a period with one end, or one that ends before it begins, is `boundaries: values_are_invalid`.
 */
export function readOneOff(input: Input): Outcome<OneOffInput> {
  if (!Array.isArray(input.fees) || input.fees.length === 0) {
    return refused({ kind: 'not_found', code: 'fees_not_found' })
  }
  const problems = new Problems()
  const fields = new Fields(input, problems)
  readPaymentMethod(input.payment_method, problems)
  const lines = input.fees.map((line: unknown) => {
    if (!isInput(line)) problems.add('fees', 'value_is_invalid')
    return readLine(isInput(line) ? line : {}, problems)
  })
  return problems.outcome({
    currency: fields.isBlank('currency') ? null : (fields.word('currency', CURRENCIES) ?? null),
    billingEntityCode: fields.id('billing_entity_code') || null,
    purchaseOrderNumber: fields.isBlank('purchase_order_number')
      ? null
      : (fields.text('purchase_order_number', TEXT_MAX) ?? null),
    skipPsp: fields.boolean('skip_psp') ?? false,
    sections: readSelection(input, problems),
    lines,
  })
}

function readLine(input: Input, problems: Problems): OneOffLineInput {
  const fields = new Fields(input, problems)
  return {
    addOnCode: fields.id('add_on_code') ?? '',
    units: readUnits(fields),
    unitAmountCents: readCents(fields, 'unit_amount_cents', 0n) ?? null,
    invoiceDisplayName: fields.text('invoice_display_name', TEXT_MAX) || null,
    description: fields.text('description') || null,
    taxCodes: fields.ids('tax_codes') ?? [],
    period: readPeriod(input, problems),
  }
}

function readUnits(fields: Fields): Decimal {
  if (fields.isBlank('units')) return Decimal.one
  const units = fields.decimal('units')
  if (!units) return Decimal.one
  if (units.isNegative() || units.compare(UNITS_LIMIT) >= 0) fields.refuse('units', 'value_is_out_of_range')
  return units.round(UNITS_SCALE)
}

function readPeriod(input: Input, problems: Problems): Window | null {
  const own = new Problems()
  const fields = new Fields(input, own)
  const from = fields.instant('from_datetime') ?? null
  const to = fields.instant('to_datetime') ?? null
  if (!own.any && from === null && to === null) return null
  if (!own.any && from !== null && to !== null && from <= to) return { from, to }
  problems.add('boundaries', 'values_are_invalid')
  return null
}

/** The currency of an invoice that names none and whose customer has none: 422 `currency: value_is_mandatory`. */
export function chosenCurrency(asked: string | null, ofCustomer: string | null): Outcome<string> {
  const currency = asked ?? ofCustomer
  if (currency !== null) return outcome(currency)
  return refused({ kind: 'invalid', details: { currency: ['value_is_mandatory'] } })
}
