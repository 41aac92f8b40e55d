import { exponentOf } from '../../amounts/currency.ts'
import type { FieldCode } from '../../codes.ts'
import type { EInvoice, EParty } from './e-invoice.ts'
import { type Billed, eInvoiceOf } from './e-invoice-of.ts'
import { sirenOf } from './e-parties.ts'
import { AMOUNT_RULES, isWithdrawn, TERM_RULES } from './rules/document-rules.ts'
import {
  FRENCH_RULES,
  GERMAN_RULES,
  hasDigits,
  hasFrenchCharacters,
  hasUnusualRate,
  isBetweenFrenchCompanies,
  isEmail,
  isFrenchCurrency,
  isTooLong,
} from './rules/national-rules.ts'
import { isFilled, type Rule } from './rules/rule.ts'
import { VAT_RULES } from './rules/vat-rules.ts'
import type { VatCode } from './vat-code.ts'

/** Every rule that an e-invoice of ours could break. */
export const RULES: readonly Rule[] = [
  ...TERM_RULES,
  ...AMOUNT_RULES,
  ...VAT_RULES,
  ...GERMAN_RULES,
  ...FRENCH_RULES,
]

/** Codes by field, in the form of the API's `error_details`: `customer.country`, `billing_entity.phone`. */
export type EInvoiceProblems = Readonly<Record<string, readonly FieldCode[]>>

/** An e-invoice, what is wrong with it, and what is odd but no reason to refuse it. */
export type CheckedEInvoice = {
  readonly invoice: EInvoice
  /** Null when it may be issued. */
  readonly refusal: EInvoiceProblems | null
  readonly warnings: readonly string[]
}

const DECIMALS_MAX = 2
const UNTAXED: readonly VatCode[] = ['O']

/**
 * Builds the e-invoice of an invoice or a credit note and checks it before anybody gets it
 * (docs/rules/e-invoices.md#refusal). What the user can repair is refused by field; whatever else breaks a rule is
 * refused as `einvoice` with the name of the rule.
 */
export function checkEInvoice(document: Billed): CheckedEInvoice {
  const invoice = eInvoiceOf(document)
  const missing = missingFields(invoice)
  const warnings = warningsOf(invoice)
  if (Object.keys(missing).length > 0) return { invoice, refusal: missing, warnings }
  const broken = brokenRules(invoice)
  const refusal = broken.length === 0 ? null : { einvoice: broken.map((id) => `rule_failed:${id}` as const) }
  return { invoice, refusal, warnings }
}

/** The names of the rules that an e-invoice breaks. */
export function brokenRules(invoice: EInvoice): string[] {
  return RULES.filter(({ holds }) => !holds(invoice)).map(({ id }) => id)
}

/** What has to be entered or changed first, by field. */
export function missingFields(invoice: EInvoice): EInvoiceProblems {
  const { kind, seller, buyer, currency, number, nation } = invoice
  const found = new Map<string, FieldCode[]>()
  const add: Add = (field, code) => found.set(field, [...new Set([...(found.get(field) ?? []), code])])
  const needs = (party: EParty, field: string, value: string | null) => {
    if (!isFilled(value)) add(`${party.owner}.${field}`, 'value_is_mandatory')
  }
  needs(buyer, 'name', buyer.name)
  needs(seller, 'name', seller.name)
  needs(buyer, 'country', buyer.address.country)
  needs(seller, 'country', seller.address.country)
  sellerNumbers(invoice, add)
  buyerNumbers(invoice, add)
  if (nation === 'DE') germanFields(invoice, add, needs)
  if (nation === 'DE' || isBetweenFrenchCompanies(invoice)) {
    for (const party of [seller, buyer]) needs(party, 'email', party.endpoint?.id ?? null)
  }
  if (nation === 'FR' && isTooLong(number)) add(`${kind}.number`, 'value_is_too_long')
  if (nation === 'FR' && !hasFrenchCharacters(number)) add(`${kind}.number`, 'value_is_invalid')
  const isForeign = isBetweenFrenchCompanies(invoice) && !isFrenchCurrency(currency)
  if (exponentOf(currency) > DECIMALS_MAX || isWithdrawn(currency) || isForeign) {
    add(`${kind}.currency`, 'einvoice_currency_not_supported')
  }
  return Object.fromEntries(found)
}

type Add = (field: string, code: FieldCode) => void

function sellerNumbers({ seller, lines }: EInvoice, add: Add): void {
  const { owner, legalNumber, address } = seller
  if (address.country === 'FR' && !sirenOf(legalNumber)) {
    add(`${owner}.legal_number`, legalNumber === null ? 'value_is_mandatory' : 'value_is_invalid')
  }
  const has = (code: VatCode) => lines.some(({ category }) => category.code === code)
  const isTaxed = lines.some(({ category }) => !UNTAXED.includes(category.code))
  if (isTaxed && !isFilled(seller.vatId ?? seller.taxId)) {
    add(`${owner}.tax_identification_number`, 'value_is_mandatory')
  } else if ((has('K') || has('G')) && !isFilled(seller.vatId)) {
    // What leaves the country untaxed takes a VAT number; a number of the tax office does not do.
    add(`${owner}.tax_identification_number`, 'value_is_invalid')
  } else if (!isFilled(seller.identifier?.id ?? seller.legalId?.id ?? seller.vatId)) {
    add(`${owner}.legal_number`, 'value_is_mandatory')
  }
}

function buyerNumbers({ buyer, lines }: EInvoice, add: Add): void {
  const has = (code: VatCode) => lines.some(({ category }) => category.code === code)
  const isNumbered = isFilled(buyer.vatId)
  if ((has('AE') && !isNumbered && buyer.legalId === null) || (has('K') && !isNumbered)) {
    add(
      `${buyer.owner}.tax_identification_number`,
      buyer.taxNumber === null ? 'value_is_mandatory' : 'value_is_invalid',
    )
  }
}

function germanFields(
  { seller, buyer }: EInvoice,
  add: Add,
  needs: (party: EParty, field: string, value: string | null) => void,
): void {
  const { phone, email } = seller.contact
  needs(seller, 'city', seller.address.city)
  needs(seller, 'zipcode', seller.address.zipcode)
  needs(seller, 'phone', phone)
  needs(seller, 'email', email)
  if (isFilled(phone) && !hasDigits(phone)) add(`${seller.owner}.phone`, 'value_is_invalid')
  if (isFilled(email) && !isEmail(email)) add(`${seller.owner}.email`, 'value_is_invalid')
  needs(buyer, 'city', buyer.address.city)
  needs(buyer, 'zipcode', buyer.address.zipcode)
}

function warningsOf(invoice: EInvoice): string[] {
  const { seller, buyer, currency, nation, totals } = invoice
  const isUnusual = nation === 'FR' && hasUnusualRate(invoice)
  const lacksSiren = buyer.address.country === 'FR' && nation === 'FR' && !sirenOf(buyer.legalNumber)
  return [
    ...(seller.endpoint === null || buyer.endpoint === null ? ['einvoice_no_electronic_address'] : []),
    ...(currency !== 'EUR' && totals.vatCents !== 0n ? ['einvoice_vat_in_foreign_currency'] : []),
    ...(isUnusual ? ['einvoice_unusual_rate'] : []),
    ...(lacksSiren ? ['einvoice_buyer_siren_missing'] : []),
  ]
}
