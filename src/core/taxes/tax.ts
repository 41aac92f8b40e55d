import type { Decimal } from '../amounts/decimal.ts'
import { Fields, given, type Input } from '../input/fields.ts'
import { type Outcome, Problems } from '../problems.ts'

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
}

export type NewTax = TaxChange & { readonly code: string; readonly name: string; readonly rate: string }

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
  })
}
