import { CURRENCIES } from '../amounts/currency.ts'
import { readCents } from '../input/cents.ts'
import { Fields, given, type Input } from '../input/fields.ts'
import { type Outcome, Problems } from '../problems.ts'

/** What a request says about an add-on; absent keys are left as they are. */
export type AddOnChange = {
  readonly code?: string
  readonly name?: string
  readonly invoiceDisplayName?: string | null
  readonly description?: string | null
  readonly amountCents?: bigint
  readonly amountCurrency?: string
  readonly taxCodes?: readonly string[]
}

export type NewAddOn = AddOnChange & {
  readonly code: string
  readonly name: string
  readonly amountCents: bigint
  readonly amountCurrency: string
}

const TEXT_MAX = 255

/** Reads a new add-on; name, code, a price above zero and its currency are mandatory. Refuses with a 422. */
export function readNewAddOn(input: Input): Outcome<NewAddOn> {
  const problems = new Problems()
  const fields = new Fields(input, problems)
  const code = fields.mandatoryId('code', TEXT_MAX)
  const name = fields.mandatoryText('name', TEXT_MAX)
  const amountCents = readAmount(fields)
  const amountCurrency = readCurrency(fields)
  return problems.outcome({
    ...readOthers(fields),
    code: code ?? '',
    name: name ?? '',
    amountCents: amountCents ?? 1n,
    amountCurrency: amountCurrency ?? '',
  })
}

/** Reads a change of an add-on: what is given must be as good as in a new one. Refuses with a 422. */
export function readAddOnChange(input: Input): Outcome<AddOnChange> {
  const problems = new Problems()
  const fields = new Fields(input, problems)
  const change = given({
    code: fields.presentId('code', TEXT_MAX),
    name: fields.presentText('name', TEXT_MAX),
    amountCents: fields.has('amount_cents') ? readAmount(fields) : undefined,
    amountCurrency: fields.has('amount_currency') ? readCurrency(fields) : undefined,
  })
  return problems.outcome({ ...change, ...readOthers(fields) })
}

function readAmount(fields: Fields): bigint | undefined {
  if (fields.isBlank('amount_cents')) return fields.refuse('amount_cents', 'value_is_mandatory')
  return readCents(fields, 'amount_cents', 1n) ?? undefined
}

function readCurrency(fields: Fields): string | undefined {
  return fields.word('amount_currency', CURRENCIES) ?? fields.refuse('amount_currency', 'value_is_invalid')
}

function readOthers(fields: Fields): AddOnChange {
  return given({
    invoiceDisplayName: fields.text('invoice_display_name'),
    description: fields.text('description'),
    taxCodes: fields.ids('tax_codes'),
  })
}
