import { Decimal } from '../../../amounts/decimal.ts'
import { isIban } from '../../../organizations/iban.ts'
import type { EInvoice, EPeriod } from '../e-invoice.ts'
import { processOf, SERVICES_PAID, ublNote } from '../profiles.ts'
import { isFilled, type Rule } from './rule.ts'

const NUMBER_LENGTH_MAX = 35
const FRENCH_NUMBER = /^[A-Za-z0-9+\-_/]+$/
const SIREN = /^\d{9}$/
const FRENCH_NOTES = ['PMT', 'PMD', 'AAB']
const FRENCH_YEAR = /^20\d\d-/
const DIGITS_MIN = 3
const ADDRESS_LENGTH_MAX = 125
const PREPAYMENT = '386'
const ACCOUNTING_CURRENCY = 'EUR'
/** The rates that there are or were in France, of which a line between French companies has one. */
const FRENCH_RATES = '0 0.9 1.05 1.75 2.1 5.5 7 8.5 9.2 9.6 10 13 19.6 20 20.6'.split(' ')
const EMAIL = /^[^@\s]+@([^@.\s]+\.)+[^@.\s]+$/

/** How Germany uses the standard (XRechnung 3.0). */
export const GERMAN_RULES: readonly Rule[] = of('DE', [
  { id: 'BR-DE-1', holds: ({ payment }) => isFilled(payment.meansCode) },
  { id: 'BR-DE-3', holds: ({ seller }) => isFilled(seller.address.city) },
  { id: 'BR-DE-4', holds: ({ seller }) => isFilled(seller.address.zipcode) },
  { id: 'BR-DE-5', holds: ({ seller }) => isFilled(seller.contact.name) },
  { id: 'BR-DE-6', holds: ({ seller }) => isFilled(seller.contact.phone) },
  { id: 'BR-DE-7', holds: ({ seller }) => isFilled(seller.contact.email) },
  { id: 'BR-DE-8', holds: ({ buyer }) => isFilled(buyer.address.city) },
  { id: 'BR-DE-9', holds: ({ buyer }) => isFilled(buyer.address.zipcode) },
  { id: 'BR-DE-10', holds: ({ deliveredTo }) => deliveredTo === null || isFilled(deliveredTo.city) },
  { id: 'BR-DE-11', holds: ({ deliveredTo }) => deliveredTo === null || isFilled(deliveredTo.zipcode) },
  { id: 'BR-DE-14', holds: ({ vat }) => vat.every(({ rate }) => isFilled(rate)) },
  { id: 'BR-DE-15', holds: ({ buyerReference }) => isFilled(buyerReference) },
  {
    id: 'BR-DE-16',
    holds: ({ seller, lines }) =>
      isFilled(seller.vatId ?? seller.taxId) || lines.every(({ category }) => category.code === 'O'),
  },
  { id: 'BR-DE-17', holds: ({ typeCode }) => ['380', '381', '389'].includes(typeCode) },
  { id: 'BR-DE-18', holds: ({ paymentTerms }) => !/(^|\n)\s*#/.test(paymentTerms ?? '') },
  {
    id: 'BR-DE-19',
    holds: ({ payment: { meansCode, account } }) => meansCode !== '58' || isIban(account?.iban ?? ''),
  },
  {
    id: 'BR-DE-23-a',
    holds: ({ payment: { meansCode, account } }) => !['30', '58'].includes(meansCode) || account !== null,
  },
  { id: 'BR-DE-27', holds: ({ seller }) => hasDigits(seller.contact.phone) },
  { id: 'BR-DE-28', holds: ({ seller }) => EMAIL.test(seller.contact.email ?? '') },
  // Of the network's rules XRechnung takes these over.
  { id: 'PEPPOL-EN16931-R010', holds: ({ buyer }) => isFilled(buyer.endpoint?.id) },
  { id: 'PEPPOL-EN16931-R020', holds: ({ seller }) => isFilled(seller.endpoint?.id) },
])

/** How France uses it: what holds for every bill of a French seller, and what for those to another company there. */
export const FRENCH_RULES: readonly Rule[] = of('FR', [
  { id: 'BR-FR-01', holds: (invoice) => numbersOf(invoice).every((number) => !isTooLong(number)) },
  { id: 'BR-FR-02', holds: (invoice) => numbersOf(invoice).every(hasFrenchCharacters) },
  { id: 'BR-FR-03', holds: (invoice) => datesOf(invoice).every((day) => FRENCH_YEAR.test(day)) },
  { id: 'BR-FR-06', holds: (invoice) => FRENCH_NOTES.every((code) => timesOf(invoice, code) <= 1) },
  {
    id: 'BR-FR-10',
    holds: ({ seller }) => seller.address.country !== 'FR' || SIREN.test(seller.legalId?.id ?? ''),
  },
  { id: 'BR-FR-20', holds: (invoice) => timesOf(invoice, 'BAR') === 0 },
  {
    id: 'BR-FR-CO-07',
    holds: (invoice) =>
      invoice.dueOn === null ||
      invoice.dueOn >= invoice.issuedOn ||
      invoice.typeCode === PREPAYMENT ||
      isPaid(invoice),
  },
  {
    id: 'BR-FR-CO-09',
    holds: (invoice) =>
      !isPaid(invoice) ||
      (invoice.totals.prepaidCents === invoice.totals.withVatCents && isFilled(invoice.dueOn)),
  },
  { id: 'BR-FR-DEC-02', holds: ({ lines }) => lines.every(({ quantity }) => hasDecimals(quantity, 4)) },
  { id: 'BR-FR-DEC-03', holds: ({ lines }) => lines.every(({ price }) => hasDecimals(price, 6)) },
  {
    id: 'BR-FR-DEC-04',
    holds: ({ vat }) => vat.every(({ rate }) => hasDecimals(Decimal.of(rate ?? '0'), 2)),
  },
  ...[
    { id: 'BR-FR-05', holds: (invoice: EInvoice) => FRENCH_NOTES.every((code) => hasNote(invoice, code)) },
    { id: 'BR-FR-12', holds: ({ buyer }: EInvoice) => isFilled(buyer.endpoint?.id) },
    { id: 'BR-FR-13', holds: ({ seller }: EInvoice) => isFilled(seller.endpoint?.id) },
    { id: 'BR-FR-16', holds: (invoice: EInvoice) => !hasUnusualRate(invoice) },
    {
      id: 'BR-FR-25',
      holds: ({ seller, buyer }: EInvoice) =>
        [seller, buyer].every(({ endpoint }) => (endpoint?.id.length ?? 0) <= ADDRESS_LENGTH_MAX),
    },
    {
      id: 'BR-FR-CO-05',
      holds: ({ kind, preceding }: EInvoice) => kind === 'invoice' || isFilled(preceding?.issuedOn),
    },
    { id: 'BR-FR-CO-12', holds: ({ currency }: EInvoice) => currency === ACCOUNTING_CURRENCY },
  ].map(({ id, holds }) => ({
    id,
    holds: (invoice: EInvoice) => !isBetweenFrenchCompanies(invoice) || holds(invoice),
  })),
])

/** Whether a bill goes from one French company to another, which asks for more than any other. */
export function isBetweenFrenchCompanies({ seller, buyer }: EInvoice): boolean {
  return seller.address.country === 'FR' && buyer.address.country === 'FR' && isFilled(buyer.legalNumber)
}

/** Whether a bill between French companies may be in a currency: the rules want the tax in euros, at a rate unknown. */
export function isFrenchCurrency(currency: string): boolean {
  return currency === ACCOUNTING_CURRENCY
}

/** Whether one of the rates is none of France. */
export function hasUnusualRate({ vat }: EInvoice): boolean {
  return vat.some(({ rate }) => !FRENCH_RATES.includes(Decimal.of(rate ?? '0').toString()))
}

/** Whether a telephone number could be one. */
export function hasDigits(phone: string | null): boolean {
  return (phone?.match(/\d/g)?.length ?? 0) >= DIGITS_MIN
}

/** Whether an address of electronic mail has the form that XRechnung asks for. */
export function isEmail(email: string | null): boolean {
  return EMAIL.test(email ?? '')
}

/** Whether a number may stand on a French invoice; its length is another rule. */
export function hasFrenchCharacters(number: string): boolean {
  return FRENCH_NUMBER.test(number)
}

/** Whether a number is too long for a French invoice. */
export function isTooLong(number: string): boolean {
  return number.length > NUMBER_LENGTH_MAX
}

function of(nation: EInvoice['nation'], rules: readonly Rule[]): Rule[] {
  return rules.map(({ id, holds }) => ({
    id,
    holds: (invoice) => invoice.nation !== nation || holds(invoice),
  }))
}

function numbersOf({ number, preceding }: EInvoice): string[] {
  return [number, ...(preceding ? [preceding.number] : [])]
}

function datesOf({ issuedOn, dueOn, deliveredOn, preceding, period, lines }: EInvoice): string[] {
  const days = (each: EPeriod | null) => (each ? [each.from, each.to] : [])
  const single = [issuedOn, dueOn, deliveredOn, preceding?.issuedOn].filter(isFilled)
  return [...single, ...days(period), ...lines.flatMap((line) => days(line.period))]
}

function isPaid(invoice: EInvoice): boolean {
  return processOf(invoice, 'ubl') === SERVICES_PAID
}

/** How often the notes have a code, as the rules count: anywhere in their texts. */
function timesOf({ notes }: EInvoice, code: string): number {
  return notes.map(ublNote).join('#').split(`#${code}#`).length - 1
}

function hasNote({ notes }: EInvoice, code: string): boolean {
  return notes.some((note) => note.code === code && isFilled(note.text))
}

function hasDecimals(value: Decimal, max: number): boolean {
  return (value.toString().split('.')[1]?.length ?? 0) <= max
}
