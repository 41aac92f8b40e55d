import { Decimal } from '../amounts/decimal.ts'
import { VAT_CODES } from '../documents/xml/vat-code.ts'
import { Fields, given, type Input } from '../input/fields.ts'
import { type Outcome, Problems } from '../problems.ts'
import { isExemptionCode } from './exemption-codes.ts'

/** A tax as used on invoices: `rate` in percent (`20` is 20 %). */
export type Tax = {
  readonly id: string
  readonly code: string
  readonly name: string
  readonly description: string | null
  readonly rate: Decimal
}

/** The fields of a tax request; absent keys stay unchanged. */
export type TaxChange = {
  readonly code?: string
  readonly name?: string
  readonly rate?: string
  readonly description?: string | null
  readonly appliedToOrganization?: boolean
} & Partial<EInvoiceTax>

/** What a tax is in e-invoices (docs/rules/e-invoices.md#vat-categories); all null where its rate tells. */
export type EInvoiceTax = {
  /** A code of UNCL 5305. */
  readonly einvoiceCategory: string | null
  /** A code of the European list: `VATEX-FR-FRANCHISE`. */
  readonly einvoiceExemptionCode: string | null
  readonly einvoiceExemptionReason: string | null
}

export type NewTax = TaxChange & { readonly code: string; readonly name: string; readonly rate: string }

const EXEMPTION_CODE_LENGTH_MAX = 60
const EXEMPTION_REASON_LENGTH_MAX = 500

/** Higher than any real tax, and well within what a JSON number holds exactly. */
const RATE_MAX = 1_000_000

/** Reads a new tax; name, code and rate are mandatory (docs/rules/taxes.md). 422 with every invalid field. */
export function readNewTax(input: Input): Outcome<NewTax> {
  const problems = new Problems()
  const fields = new Fields(input, problems)
  const code = fields.mandatoryId('code', 255)
  const name = fields.mandatoryText('name', 255)
  const rate = readRate(fields, problems)
  const others = readOthers(fields)
  return problems.outcome({ ...others, code: code ?? '', name: name ?? '', rate: rate ?? '0' })
}

/**
 * Rejects a category that does not fit the rate, and reasons of what is not exempt: only S has a rate above 0, and S
 * and Z have no reason.
 */
export function checkEInvoiceTax<T extends EInvoiceTax & { readonly rate: string }>(tax: T): Outcome<T> {
  const problems = new Problems()
  const { einvoiceCategory: category, einvoiceExemptionCode, einvoiceExemptionReason } = tax
  const isTaxed = Decimal.of(tax.rate).isPositive()
  if (category !== null && (category === 'S') !== isTaxed)
    problems.add('einvoice_category', 'value_is_invalid')
  if (['S', 'Z'].includes(category ?? 'S')) {
    if (einvoiceExemptionCode !== null) problems.add('einvoice_exemption_code', 'value_is_invalid')
    if (einvoiceExemptionReason !== null) problems.add('einvoice_exemption_reason', 'value_is_invalid')
  }
  return problems.outcome(tax)
}

/** Reads an update of a tax; given fields are validated as for a new one. 422 with every invalid field. */
export function readTaxChange(input: Input): Outcome<TaxChange> {
  const problems = new Problems()
  const fields = new Fields(input, problems)
  const change = given({
    code: fields.presentId('code', 255),
    name: fields.presentText('name', 255),
    rate: fields.has('rate') ? readRate(fields, problems) : undefined,
  })
  const others = readOthers(fields)
  return problems.outcome({ ...change, ...others })
}

function readRate(fields: Fields, problems: Problems): string | undefined {
  if (fields.isBlank('rate')) {
    problems.add('rate', 'value_is_mandatory')
    return undefined
  }
  const rate = fields.decimal('rate', 'not_a_number')
  if (rate?.isNegative() || (rate && rate.toNumber() > RATE_MAX)) {
    return fields.refuse('rate', 'value_is_out_of_range')
  }
  return rate?.toString()
}

function readOthers(fields: Fields): TaxChange {
  const isApplied = fields.boolean('applied_to_organization')
  return given({
    description: fields.text('description'),
    appliedToOrganization: isApplied === null ? undefined : isApplied,
    einvoiceCategory: fields.isNull('einvoice_category') ? null : fields.word('einvoice_category', VAT_CODES),
    einvoiceExemptionCode: readExemptionCode(fields),
    einvoiceExemptionReason: blankAsNull(
      fields.text('einvoice_exemption_reason', EXEMPTION_REASON_LENGTH_MAX),
    ),
  })
}

function readExemptionCode(fields: Fields): string | null | undefined {
  const code = blankAsNull(fields.text('einvoice_exemption_code', EXEMPTION_CODE_LENGTH_MAX))
  if (code === null || code === undefined || isExemptionCode(code)) return code
  return fields.refuse('einvoice_exemption_code', 'value_is_invalid')
}

function blankAsNull(text: string | null | undefined): string | null | undefined {
  return typeof text === 'string' && text.trim() === '' ? null : text
}
