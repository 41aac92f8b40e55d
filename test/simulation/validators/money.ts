import type { Book, Fault, Wire } from '../book.ts'

/**
 * Every invoice adds up: subtotal − reductions + taxes − credits = total ≥ 0, and the sums of fees, taxes and
 * reductions are the figures of the invoice.
 */
export function validateMoney(book: Book): Fault[] {
  return [...book.invoices, ...book.voided].flatMap((invoice) => {
    const where = `invoice ${invoice.number} of ${invoice.customer.external_id}`
    return sumsOf(invoice)
      .filter(([, told, found]) => told !== found)
      .map(([name, told, found]) => ({
        validator: 'money',
        where,
        says: `${name} is ${told}, and its parts come to ${found}`,
      }))
  })
}

type Sum = readonly [name: string, told: number | string, found: number | string]

function sumsOf(invoice: Wire): Sum[] {
  const isOfPaidFees = invoice.invoice_type === 'advance_charges'
  const fees: Wire[] = invoice.fees
  const credits: Wire[] = invoice.credits
  const before = credits.filter((credit) => credit.before_taxes)
  const ofNotes = credits.filter((credit) => credit.item.type === 'credit_note')
  const net =
    invoice.fees_amount_cents - invoice.progressive_billing_credit_amount_cents - invoice.coupons_amount_cents
  const gross = invoice.sub_total_excluding_taxes_amount_cents + invoice.taxes_amount_cents
  const total =
    invoice.sub_total_including_taxes_amount_cents -
    invoice.credit_notes_amount_cents -
    invoice.prepaid_credit_amount_cents
  return [
    ['fees_amount_cents', invoice.fees_amount_cents, sum(fees, (fee) => fee.amount_cents)],
    ['sub_total_excluding_taxes_amount_cents', invoice.sub_total_excluding_taxes_amount_cents, net],
    ['reductions before taxes', invoice.fees_amount_cents - net, sum(before, (each) => each.amount_cents)],
    [
      'credit_notes_amount_cents',
      invoice.credit_notes_amount_cents,
      sum(ofNotes, (each) => each.amount_cents),
    ],
    ['sub_total_including_taxes_amount_cents', invoice.sub_total_including_taxes_amount_cents, gross],
    ['total_amount_cents', invoice.total_amount_cents, total],
    [
      'total_due_amount_cents',
      invoice.total_due_amount_cents,
      invoice.status === 'voided' ? 0 : total - invoice.total_paid_amount_cents,
    ],
    ['a total below zero', Math.min(0, invoice.total_amount_cents), 0],
    ['taxes_amount_cents', invoice.taxes_amount_cents, isOfPaidFees ? sum(fees, taxOf) : taxesOf(fees)],
    ...fees.map(
      (fee): Sum => ['taxes of a fee', fee.taxes_amount_cents, isOfPaidFees ? taxOf(fee) : ownTaxes(fee)],
    ),
    ...(isOfPaidFees ? [] : taxLines(invoice)),
  ]
}

function taxOf(fee: Wire): number {
  return fee.taxes_amount_cents
}

/** Every tax of an invoice is on its fees, and comes to their bases by its rate, rounded once. */
function taxLines(invoice: Wire): Sum[] {
  const codes = new Set<string>(
    invoice.fees.flatMap((fee: Wire) => fee.applied_taxes.map((tax: Wire) => tax.tax_code)),
  )
  const lines: Wire[] = invoice.applied_taxes
  const told = lines.map((line) => line.tax_code).sort()
  return [
    ['tax lines', told.join(), [...codes].sort().join()],
    ...lines.map((line): Sum => {
      const fees = invoice.fees.filter((fee: Wire) =>
        fee.applied_taxes.some((tax: Wire) => tax.tax_code === line.tax_code),
      )
      return [`tax ${line.tax_code}`, line.amount_cents, rounded(shares(fees, line.tax_code))]
    }),
  ]
}

function taxesOf(fees: readonly Wire[]): number {
  return rounded(fees.map((fee) => shareOf(fee)).reduce((all, each) => all + each, 0n))
}

function ownTaxes(fee: Wire): number {
  return rounded(shareOf(fee))
}

function shares(fees: readonly Wire[], code: string): bigint {
  return fees.reduce((all, fee) => all + shareOf(fee, code), 0n)
}

const UNIT = 10n ** 12n

/** Tax of a fee in units of 10⁻¹² cents: its base by the sum of its rates, or by the rate of one tax. */
function shareOf(fee: Wire, code?: string): bigint {
  const base = exact(fee.amount_cents) - exact(fee.precise_coupons_amount_cents)
  const taxes = fee.applied_taxes.filter((tax: Wire) => code === undefined || tax.tax_code === code)
  return taxes.reduce((all: bigint, tax: Wire) => all + (base * exact(tax.tax_rate)) / UNIT / 100n, 0n)
}

/** A number or decimal text in units of 10⁻¹². */
function exact(value: number | string): bigint {
  const [, sign, whole = '0', fraction = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(String(value)) ?? []
  const digits = BigInt(whole) * UNIT + BigInt(fraction.slice(0, 12).padEnd(12, '0'))
  return sign === '-' ? -digits : digits
}

/** Whole cents, half away from zero. */
function rounded(units: bigint): number {
  const half = units < 0n ? -UNIT / 2n : UNIT / 2n
  return Number((units + half) / UNIT)
}

function sum(list: readonly Wire[], of: (each: Wire) => number): number {
  return list.reduce((all, each) => all + of(each), 0)
}
