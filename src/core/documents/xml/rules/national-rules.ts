import { Decimal } from '../../../amounts/decimal.ts'
import { isIban } from '../../../organizations/iban.ts'
import type { EInvoice } from '../e-invoice.ts'
import { isFilled, type Rule } from './rule.ts'

const NUMBER_LENGTH_MAX = 35
const FRENCH_NUMBER = /^[A-Za-z0-9+\-_/]+$/
const SIREN = /^\d{9}$/
const FRENCH_NOTES = ['PMT', 'PMD', 'AAB']
const FRENCH_YEAR = /^20\d\d-/
const DIGITS_MIN = 3
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
])

/** How France uses it. */
export const FRENCH_RULES: readonly Rule[] = of('FR', [
  { id: 'BR-FR-01', holds: ({ number }) => number.length <= NUMBER_LENGTH_MAX },
  { id: 'BR-FR-02', holds: ({ number }) => FRENCH_NUMBER.test(number) },
  {
    id: 'BR-FR-03',
    holds: ({ issuedOn, dueOn }) => [issuedOn, dueOn ?? issuedOn].every((day) => FRENCH_YEAR.test(day)),
  },
  {
    id: 'BR-FR-05',
    holds: (invoice) => !isDomestic(invoice) || FRENCH_NOTES.every((code) => hasNote(invoice, code)),
  },
  { id: 'BR-FR-06', holds: ({ notes }) => areDifferent(notes.flatMap(({ code }) => code ?? [])) },
  {
    id: 'BR-FR-10',
    holds: ({ seller }) => seller.address.country !== 'FR' || SIREN.test(seller.legalId?.id ?? ''),
  },
  { id: 'BR-FR-CO-07', holds: ({ issuedOn, dueOn }) => dueOn === null || dueOn >= issuedOn },
  { id: 'BR-FR-DEC-02', holds: ({ lines }) => lines.every(({ quantity }) => hasDecimals(quantity, 4)) },
  { id: 'BR-FR-DEC-03', holds: ({ lines }) => lines.every(({ price }) => hasDecimals(price, 6)) },
  {
    id: 'BR-FR-DEC-04',
    holds: ({ vat }) => vat.every(({ rate }) => hasDecimals(Decimal.of(rate ?? '0'), 2)),
  },
])

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

function isDomestic({ seller, buyer }: EInvoice): boolean {
  return seller.address.country === 'FR' && buyer.address.country === 'FR' && isFilled(buyer.legalNumber)
}

function hasNote({ notes }: EInvoice, code: string): boolean {
  return notes.some((note) => note.code === code && isFilled(note.text))
}

function areDifferent(texts: readonly string[]): boolean {
  return new Set(texts).size === texts.length
}

function hasDecimals(value: Decimal, max: number): boolean {
  return (value.toString().split('.')[1]?.length ?? 0) <= max
}
