import { isInEu } from '../input/places.ts'
import {
  EU_TAX_PREFIX,
  exceptionCode,
  REVERSE_CHARGE_CODE,
  standardCode,
  TAX_EXEMPT_CODE,
  TERRITORIES,
  type Territory,
} from './eu-rates.ts'
import { parseVatNumber, type VatNumber } from './vat-number.ts'

/** What decides the EU tax of a customer. */
export type EuTaxpayer = {
  readonly country: string | null
  readonly zipcode: string | null
  readonly taxIdentificationNumber: string | null
}

/** The code of a customer's EU tax; `check` when VIES has to be asked first. */
export type EuTaxDecision = { readonly kind: 'code'; readonly code: string } | { readonly kind: 'check' }

export function isEuTaxCode(code: string): boolean {
  return code.startsWith(EU_TAX_PREFIX)
}

/**
 * The EU tax of a customer of a billing entity in `seller`, as far as it is known without VIES: special territories
 * come first, and a VAT number needs a check (docs/rules/taxes.md#taxes-in-the-eu).
 */
export function decideEuTax(seller: string, customer: EuTaxpayer): EuTaxDecision {
  const territory = territoryOf(customer.country, customer.zipcode)
  if (territory && isEligible(territory, customer)) return { kind: 'code', code: exceptionCode(territory) }
  if (hasVatNumber(customer)) return { kind: 'check' }
  return { kind: 'code', code: codeWithoutNumber(seller, customer) }
}

/** The same once VIES has answered; `number` is null when it is not well-formed, and never valid then. */
export function decideCheckedEuTax(
  seller: string,
  customer: EuTaxpayer,
  answer: { readonly number: VatNumber | null; readonly isValid: boolean },
): string {
  const { number, isValid } = answer
  if (number === null || !isValid) return codeWithoutNumber(seller, customer)
  if (number.country !== seller) return REVERSE_CHARGE_CODE
  const territory = territoryOf(seller, customer.zipcode)
  return territory ? exceptionCode(territory) : standardCode(seller)
}

function hasVatNumber({ taxIdentificationNumber }: EuTaxpayer): boolean {
  return taxIdentificationNumber !== null && taxIdentificationNumber.trim() !== ''
}

function codeWithoutNumber(seller: string, { country }: EuTaxpayer): string {
  if (country === null) return standardCode(seller)
  return isInEu(country) ? standardCode(country) : TAX_EXEMPT_CODE
}

function territoryOf(country: string | null, zipcode: string | null): Territory | undefined {
  const digits = zipcode?.replace(/\D/g, '') ?? ''
  return TERRITORIES.find((each) => each.country === country && each.postCodes.test(digits))
}

/** The rates of the French departments overseas are for companies only. */
function isEligible({ country }: Territory, { taxIdentificationNumber }: EuTaxpayer): boolean {
  return country !== 'FR' || parseVatNumber(taxIdentificationNumber ?? '') !== undefined
}
