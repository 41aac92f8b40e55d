import type { Decimal } from '../amounts/decimal.ts'
import { Fields, given, type Input } from '../input/fields.ts'
import { type Outcome, Problems } from '../problems.ts'

/** A tax as the invoice needs it: `rate` in percent (`20` is 20 %). */
export type Tax = {
  readonly id: string
  readonly code: string
  readonly name: string
  readonly description: string | null
  readonly rate: Decimal
}

/** What a request says about a tax; absent keys are left as they are. */
export type TaxChange = {
  readonly code?: string
  readonly name?: string
  readonly rate?: string
  readonly description?: string | null
  readonly appliedToOrganization?: boolean
}

export type NewTax = TaxChange & { readonly code: string; readonly name: string; readonly rate: string }

/** Beyond any tax that exists, and far inside what a JSON number shows exactly. */
const RATE_MAX = 1_000_000

/** Reads a new tax; name, code and rate are mandatory (docs/rules/taxes.md). Refuses with a 422. */
export function readNewTax(input: Input): Outcome<NewTax> {
  const problems = new Problems()
  const fields = new Fields(input, problems)
  const code = fields.mandatoryId('code', 255)
  const name = fields.mandatoryText('name', 255)
  const rate = readRate(fields, problems)
  const others = readOthers(fields)
  return problems.outcome({ ...others, code: code ?? '', name: name ?? '', rate: rate ?? '0' })
}

/** Reads a change of a tax: what is given must be as good as in a new one. Refuses with a 422. */
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
