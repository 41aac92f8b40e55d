import { exponentOf, isCurrency, subunitFactor } from '../../../amounts/currency.ts'
import { Decimal } from '../../../amounts/decimal.ts'
import { isCountry } from '../../../input/places.ts'
import { isExemptionCode } from '../../../taxes/exemption-codes.ts'
import type { EInvoice, ELine, EParty, EPeriod } from '../e-invoice.ts'
import { VAT_CODES } from '../vat-code.ts'
import { isFilled, type Rule, sumOf } from './rule.ts'

const TYPE_CODES = { invoice: ['380', '386', '389'], credit_note: ['381', '261'] } as const
const MEANS_CODES = ['1', '30', '58']
const TRANSFERS = ['30', '58']
const DECIMALS_MAX = 2
/** Currencies of the API that ISO 4217 has withdrawn, so that e-invoices may not be in them. */
const WITHDRAWN = ['HRK', 'SLL']
const DATE = /^\d{4}-\d{2}-\d{2}$/
/** How far a line may be from quantity times price, and a tax from base times rate, in major units. */
const LINE_TOLERANCE = Decimal.of('0.02')
const TAX_TOLERANCE = Decimal.one

/** What every e-invoice has to have: the terms of EN 16931 that are mandatory, and their codes. */
export const TERM_RULES: readonly Rule[] = [
  { id: 'BR-02', holds: ({ number }) => isFilled(number) },
  { id: 'BR-03', holds: ({ issuedOn }) => DATE.test(issuedOn) },
  { id: 'BR-04', holds: ({ kind, typeCode }) => (TYPE_CODES[kind] as readonly string[]).includes(typeCode) },
  { id: 'BR-05', holds: ({ currency }) => isCurrency(currency) },
  { id: 'BR-06', holds: ({ seller }) => isFilled(seller.name) },
  { id: 'BR-07', holds: ({ buyer }) => isFilled(buyer.name) },
  { id: 'BR-09', holds: ({ seller }) => isCountry(seller.address.country ?? '') },
  { id: 'BR-11', holds: ({ buyer }) => isCountry(buyer.address.country ?? '') },
  { id: 'BR-16', holds: ({ lines }) => lines.length > 0 },
  { id: 'BR-21', holds: ({ lines }) => new Set(lines.map(({ id }) => id)).size === lines.length },
  { id: 'BR-22', holds: ofLines(({ quantity }) => !quantity.isZero()) },
  { id: 'BR-25', holds: ofLines(({ name }) => isFilled(name)) },
  { id: 'BR-27', holds: ofLines(({ price }) => !price.isNegative()) },
  { id: 'BR-29', holds: ({ period }) => isForward(period) },
  { id: 'BR-30', holds: ofLines(({ period }) => isForward(period)) },
  { id: 'BR-31', holds: ({ allowances }) => allowances.every(({ cents }) => cents !== 0n) },
  {
    id: 'BR-33',
    holds: ({ allowances }) => allowances.every((each) => isFilled(each.reason ?? each.reasonCode)),
  },
  { id: 'BR-49', holds: ({ payment }) => MEANS_CODES.includes(payment.meansCode) },
  { id: 'BR-50', holds: ({ payment }) => payment.account === null || isFilled(payment.account.iban) },
  {
    id: 'BR-54',
    holds: ofLines(({ properties }) =>
      properties.every(({ name, value }) => isFilled(name) && isFilled(value)),
    ),
  },
  { id: 'BR-55', holds: ({ kind, preceding }) => kind === 'invoice' || isFilled(preceding?.number) },
  { id: 'BR-57', holds: ({ deliveredTo }) => deliveredTo === null || isCountry(deliveredTo.country ?? '') },
  {
    id: 'BR-61',
    holds: ({ payment }) => !TRANSFERS.includes(payment.meansCode) || isFilled(payment.account?.iban),
  },
  { id: 'BR-62', holds: ({ seller }) => seller.endpoint === null || isFilled(seller.endpoint.scheme) },
  { id: 'BR-63', holds: ({ buyer }) => buyer.endpoint === null || isFilled(buyer.endpoint.scheme) },
  { id: 'BR-CL-04', holds: ({ currency }) => !isWithdrawn(currency) },
  {
    id: 'BR-CL-22',
    holds: ({ vat }) =>
      vat.every(({ category: { exemptionCode: code } }) => !isFilled(code) || isExemptionCode(code)),
  },
  { id: 'BR-CO-04', holds: ofLines(({ category }) => VAT_CODES.includes(category.code)) },
  { id: 'BR-CO-09', holds: ({ seller, buyer }) => [seller, buyer].every(hasVatPrefix) },
  { id: 'BR-CO-18', holds: ({ vat }) => vat.length > 0 },
  {
    id: 'BR-CO-25',
    holds: ({ totals, dueOn, paymentTerms }) =>
      totals.dueCents <= 0n || isFilled(dueOn) || isFilled(paymentTerms),
  },
  {
    id: 'BR-CO-26',
    holds: ({ seller }) => [seller.identifier?.id, seller.legalId?.id, seller.vatId].some(isFilled),
  },
]

/** How the amounts of an e-invoice follow from each other. */
export const AMOUNT_RULES: readonly Rule[] = [
  { id: 'BR-CO-10', holds: ({ totals, lines }) => totals.linesCents === sumOf(lines, ({ cents }) => cents) },
  {
    id: 'BR-CO-11',
    holds: ({ totals, allowances }) => totals.allowancesCents === sumOf(allowances, ({ cents }) => cents),
  },
  {
    id: 'BR-CO-13',
    holds: ({ totals }) => totals.withoutVatCents === totals.linesCents - totals.allowancesCents,
  },
  { id: 'BR-CO-14', holds: ({ totals, vat }) => totals.vatCents === sumOf(vat, ({ taxCents }) => taxCents) },
  { id: 'BR-CO-15', holds: ({ totals }) => totals.withVatCents === totals.withoutVatCents + totals.vatCents },
  { id: 'BR-CO-16', holds: ({ totals }) => totals.dueCents === totals.withVatCents - totals.prepaidCents },
  { id: 'BR-CO-17', holds: isTaxedByRate },
  { id: 'BR-DEC-12', holds: ({ currency }) => !isCurrency(currency) || exponentOf(currency) <= DECIMALS_MAX },
  { id: 'PEPPOL-EN16931-R110', holds: linesWithin((line, whole) => line.from >= whole.from) },
  { id: 'PEPPOL-EN16931-R111', holds: linesWithin((line, whole) => line.to <= whole.to) },
  { id: 'PEPPOL-EN16931-R120', holds: multipliesToLines },
  { id: 'PEPPOL-EN16931-R121', holds: ofLines(({ per }) => per > 0n) },
]

/** Whether a currency is one that e-invoices no longer know. */
export function isWithdrawn(currency: string): boolean {
  return WITHDRAWN.includes(currency)
}

function ofLines(holds: (line: ELine) => boolean): Rule['holds'] {
  return ({ lines }) => lines.every(holds)
}

function linesWithin(holds: (line: EPeriod, whole: EPeriod) => boolean): Rule['holds'] {
  return ({ lines, period: whole }) =>
    lines.every(({ period }) => period === null || (whole !== null && holds(period, whole)))
}

function isForward(period: EPeriod | null): boolean {
  return period === null || period.from <= period.to
}

function hasVatPrefix({ vatId }: EParty): boolean {
  const prefix = vatId?.slice(0, 2) ?? ''
  return vatId === null || isCountry(prefix) || prefix === 'EL' || prefix === 'XI'
}

function multipliesToLines({ lines, currency }: EInvoice): boolean {
  return lines.every(({ quantity, price, per, cents }) => {
    const product = quantity.times(price).dividedBy(Decimal.of(per))
    return product.minus(majorOf(cents, currency)).abs().compare(LINE_TOLERANCE) <= 0
  })
}

function isTaxedByRate({ vat, currency }: EInvoice): boolean {
  return vat.every(({ category, baseCents, taxCents }) => {
    const rate = Decimal.of(category.rate ?? '0')
    // The official rule takes a rate below a half percent for none.
    if (rate.round().isZero()) return majorOf(taxCents, currency).round().isZero()
    const tax = majorOf(baseCents, currency).times(rate).dividedBy(Decimal.hundred)
    return tax.minus(majorOf(taxCents, currency)).abs().compare(TAX_TOLERANCE) < 0
  })
}

function majorOf(cents: bigint, currency: string): Decimal {
  // An unknown currency breaks a rule of its own.
  return Decimal.of(cents).dividedBy(isCurrency(currency) ? subunitFactor(currency) : Decimal.hundred)
}
