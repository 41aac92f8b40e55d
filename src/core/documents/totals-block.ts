import { allot } from '../amounts/allot.ts'
import { Decimal } from '../amounts/decimal.ts'
import type { TotalRow } from './content.ts'
import { formatAmount, formatRate } from './formats.ts'
import type { FrozenCoupon, FrozenHead, FrozenInvoice, FrozenTaxLine } from './frozen.ts'
import type { WordKey } from './words/en.ts'
import { type Locale, say } from './words.ts'

/** What a tax provider says instead of a rate, and the words for it. */
const INSTEAD_OF_TAX: Readonly<Record<string, WordKey>> = {
  not_collecting: 'ext.none',
  juris_not_taxed: 'ext.none',
  juris_has_no_tax: 'ext.none',
  customer_exempt: 'ext.customer_exempt',
  transaction_exempt: 'ext.customer_exempt',
  reverse_charge: 'note.reverse_charge',
  unknown_taxation: 'ext.unknown',
}

/** The totals of an invoice, from its reductions to what is due. */
export function invoiceTotals(invoice: FrozenInvoice): TotalRow[] {
  const { locale, currency, cents } = invoice
  const total = BigInt(cents.total)
  const row = (label: string, amount: bigint, isStrong = false): TotalRow => ({
    label,
    amount: formatAmount(locale, amount, currency),
    isStrong,
  })
  const minus = (key: WordKey, text: string): TotalRow[] =>
    BigInt(text) > 0n ? [row(say(locale, key), -BigInt(text))] : []
  const isPaid = invoice.invoiceType === 'advance_charges'
  const grand = row(say(locale, isPaid ? 'head.already_paid' : 'tot.total'), total, true)
  if (invoice.invoiceType === 'credit') return [grand, ...paidRows(invoice)]
  return [
    ...minus('tot.progressive', cents.progressive),
    ...invoice.coupons.map((each) => row(couponLabel(each, invoice), -BigInt(each.amountCents))),
    row(say(locale, 'tot.subtotal_excl'), BigInt(cents.subtotalExcl)),
    ...taxRows(invoice.taxes, BigInt(cents.taxes), invoice),
    row(say(locale, 'tot.subtotal_incl'), BigInt(cents.subtotalIncl)),
    ...minus('tot.credit_notes', cents.creditNotes),
    ...prepaidRows(invoice, minus),
    grand,
    ...paidRows(invoice),
  ]
}

/** The tax lines of a document, highest rate first; their amounts add up to its taxes. */
export function taxRows(
  taxes: readonly FrozenTaxLine[],
  totalCents: bigint,
  { locale, currency }: Pick<FrozenHead, 'locale' | 'currency'>,
): TotalRow[] {
  const amount = (cents: bigint) => formatAmount(locale, cents, currency)
  if (taxes.length === 0)
    return [{ label: say(locale, 'tot.no_tax'), amount: amount(totalCents), isStrong: false }]
  const sorted = [...taxes].sort((a, b) => Decimal.of(b.rate).compare(Decimal.of(a.rate)))
  const shares = shareTaxes(sorted, totalCents)
  return sorted.map((tax, k) => {
    const word = INSTEAD_OF_TAX[tax.code]
    const label = word ? say(locale, word) : taxLabel(tax, locale, amount)
    const hasAmount = tax.code !== 'unknown_taxation'
    return { label, amount: hasAmount ? amount(shares[k] ?? 0n) : '', isStrong: false }
  })
}

/**
 * The cents of each tax so that they sum to the total, which was rounded from their unrounded sum. Taxes computed fee
 * by fee may be off by more than a cent for each line.
 */
export function shareTaxes(taxes: readonly FrozenTaxLine[], totalCents: bigint): bigint[] {
  return allot(
    taxes.map(({ baseCents, rate }) =>
      Decimal.of(baseCents).times(Decimal.of(rate)).dividedBy(Decimal.hundred),
    ),
    totalCents,
  )
}

function taxLabel(tax: FrozenTaxLine, locale: Locale, amount: (cents: bigint) => string): string {
  return say(locale, 'tot.tax_line', {
    name: tax.name,
    rate: formatRate(locale, Decimal.of(tax.rate)),
    base: amount(Decimal.of(tax.baseCents).round().toBigInt()),
  })
}

function couponLabel(coupon: FrozenCoupon, { locale, currency }: FrozenInvoice): string {
  const { name, percentage, fixedCents, fixedCurrency } = coupon
  if (percentage !== null) return `${name} (${formatRate(locale, Decimal.of(percentage))})`
  if (fixedCents === null) return name
  return `${name} (${formatAmount(locale, BigInt(fixedCents), fixedCurrency ?? currency)})`
}

function prepaidRows(
  { cents }: FrozenInvoice,
  minus: (key: WordKey, text: string) => TotalRow[],
): TotalRow[] {
  const { prepaid, prepaidGranted, prepaidPurchased } = cents
  if (prepaidGranted === null && prepaidPurchased === null) return minus('tot.prepaid', prepaid)
  return [
    ...minus('tot.prepaid_granted', prepaidGranted ?? '0'),
    ...minus('tot.prepaid', prepaidPurchased ?? '0'),
  ]
}

/** What was paid and set off when the model was made, and what is due after it. */
function paidRows({ locale, currency, cents, invoiceType, number }: FrozenInvoice): TotalRow[] {
  const paid = BigInt(cents.paid)
  const offset = BigInt(cents.offset ?? '0')
  if (paid + offset <= 0n || invoiceType === 'advance_charges') return []
  const row = (label: string, amount: bigint, isStrong = false): TotalRow[] =>
    amount === 0n && !isStrong ? [] : [{ label, amount: formatAmount(locale, amount, currency), isStrong }]
  return [
    ...row(say(locale, 'tot.paid'), -paid),
    ...row(say(locale, 'cn.offset', { number }), -offset),
    ...row(say(locale, 'tot.due'), BigInt(cents.total) - paid - offset, true),
  ]
}
