import type { AddOn } from '../../api/types.ts'
import { toMajor, toMinor } from '../../format/money.ts'

/** One line of a one-off invoice, as typed. */
export type OneOffLine = {
  readonly key: string
  readonly add_on_code: string
  readonly name: string
  readonly description: string
  readonly units: string
  readonly amount: string
  readonly tax_codes: readonly string[]
}

export type OneOffValues = {
  external_customer_id: string
  currency: string
  purchase_order_number: string
  lines: readonly OneOffLine[]
}

let made = 0

/** An empty line. */
export function newLine(): OneOffLine {
  made += 1
  const empty = { add_on_code: '', name: '', description: '', units: '1', amount: '', tax_codes: [] }
  return { key: `line-${made}`, ...empty }
}

/** A line with what an add-on says; its units stay. */
export function lineOf(line: OneOffLine, addOn: AddOn): OneOffLine {
  return {
    ...line,
    add_on_code: addOn.code,
    name: addOn.invoice_display_name || addOn.name,
    description: addOn.description ?? '',
    amount: toMajor(addOn.amount_cents, addOn.amount_currency),
    tax_codes: addOn.taxes.map(({ code }) => code),
  }
}

/** The body of the request; `currency` is that in which the amounts were typed. */
export function oneOffBody(values: OneOffValues, currency: string) {
  return {
    external_customer_id: values.external_customer_id,
    // Always said, so that amounts of another currency are refused and not taken for those of this one.
    currency,
    ...(values.purchase_order_number === '' ? {} : { purchase_order_number: values.purchase_order_number }),
    fees: values.lines.map((line) => ({
      add_on_code: line.add_on_code,
      units: line.units,
      unit_amount_cents: toMinor(line.amount, currency),
      invoice_display_name: line.name,
      description: line.description,
      ...(line.tax_codes.length > 0 ? { tax_codes: line.tax_codes } : {}),
    })),
  }
}

/** What is wrong with one line; undefined when it can be priced. */
export function problemOfLine(line: OneOffLine, currency: string): string | undefined {
  if (line.add_on_code === '') return 'Choose an add-on.'
  if (!(Number(line.units) > 0)) return 'Units must be above zero.'
  const cents = toMinor(line.amount, currency)
  if (cents === null || cents < 0) return 'Enter a price of zero or more.'
  return undefined
}

/** What is wrong, by field. */
export function checkOneOff(values: OneOffValues, currency: string): Record<string, string | undefined> {
  const wrong = values.lines.map((line) => problemOfLine(line, currency)).find((each) => each !== undefined)
  return {
    external_customer_id: values.external_customer_id === '' ? 'Choose a customer.' : undefined,
    fees: values.lines.length === 0 ? 'Add at least one line.' : wrong,
  }
}
