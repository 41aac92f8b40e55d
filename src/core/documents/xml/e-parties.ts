import { isCountry } from '../../input/places.ts'
import type { FrozenHead, FrozenParty } from '../frozen.ts'
import type { EIdentifier, EParty } from './e-invoice.ts'

/** Schemes of ISO 6523 and of electronic addresses. */
const SIREN = '0002'
const SIRET = '0009'
const SIREN_ADDRESS = '0225'
const EMAIL = 'EM'

const SIREN_DIGITS = 9
const SIRET_DIGITS = 14

/** Greece writes its tax numbers with EL, Northern Ireland with XI. */
const OTHER_PREFIXES = ['EL', 'XI']

/**
 * Seller and buyer of a document: the billing entity and the customer, the other way round when the customer bills
 * itself.
 *
 * @param isOutsideVat nothing is subject to VAT, so that neither VAT number may be written
 */
export function ePartiesOf(
  { seller, buyer, isSelfBilled }: Pick<FrozenHead, 'seller' | 'buyer' | 'isSelfBilled'>,
  isOutsideVat: boolean,
): { readonly seller: EParty; readonly buyer: EParty } {
  const entity = partyOf(seller, 'billing_entity', isOutsideVat)
  const customer = partyOf(buyer, 'customer', isOutsideVat)
  const [sells, buys] = isSelfBilled ? [customer, entity] : [entity, customer]
  return { seller: identified(sells), buyer: { ...buys, taxId: null } }
}

/** The number of a French company in nine digits, from its SIREN or SIRET; undefined for a text that is neither. */
export function sirenOf(legalNumber: string | null): string | undefined {
  const digits = frenchDigits(legalNumber)
  return digits?.slice(0, SIREN_DIGITS)
}

function partyOf(party: FrozenParty, owner: EParty['owner'], isOutsideVat: boolean): EParty {
  const person = joined([party.firstname, party.lastname], ' ')
  const name = party.legalName || party.name || person
  const isFrench = party.address.country === 'FR'
  const digits = isFrench ? frenchDigits(party.legalNumber) : undefined
  const number = compact(party.taxNumber)
  const isVatId = number !== null && hasCountryPrefix(number)
  const email = firstOf(party.email)
  return {
    owner,
    name,
    tradeName: party.name && party.name !== name ? party.name : null,
    identifier: digits?.length === SIRET_DIGITS ? { id: digits, scheme: SIRET } : null,
    legalId: legalIdOf(party.legalNumber, digits),
    vatId: isVatId && !isOutsideVat ? number : null,
    taxId: number !== null && !isVatId ? number : null,
    endpoint: endpointOf(digits, email),
    address: party.address,
    contact: {
      name: owner === 'customer' ? person : party.name || name,
      phone: blankAsNull(party.phone),
      email,
    },
    taxNumber: blankAsNull(party.taxNumber),
    legalNumber: blankAsNull(party.legalNumber),
  }
}

/**
 * A seller is somebody to turn to, and it is identified: by its tax number where it neither has a register number nor
 * may name its VAT number.
 */
function identified(seller: EParty): EParty {
  const contact = { ...seller.contact, name: seller.contact.name ?? seller.name }
  const id = compact(seller.taxNumber)
  if (id === null || (seller.identifier ?? seller.legalId ?? seller.vatId)) return { ...seller, contact }
  return { ...seller, contact, identifier: { id, scheme: null } }
}

function legalIdOf(legalNumber: string | null, digits: string | undefined): EIdentifier | null {
  if (digits) return { id: digits.slice(0, SIREN_DIGITS), scheme: SIREN }
  const id = blankAsNull(legalNumber)
  return id === null ? null : { id, scheme: null }
}

function endpointOf(digits: string | undefined, email: string | null): EIdentifier | null {
  if (digits) return { id: digits.slice(0, SIREN_DIGITS), scheme: SIREN_ADDRESS }
  return email === null ? null : { id: email, scheme: EMAIL }
}

function frenchDigits(legalNumber: string | null): string | undefined {
  const digits = (legalNumber ?? '').replace(/[\s.\u00a0]/g, '')
  return /^\d+$/.test(digits) && [SIREN_DIGITS, SIRET_DIGITS].includes(digits.length) ? digits : undefined
}

function hasCountryPrefix(number: string): boolean {
  const prefix = number.slice(0, 2)
  return number.length > 2 && (isCountry(prefix) || OTHER_PREFIXES.includes(prefix))
}

function firstOf(emails: string | null): string | null {
  return blankAsNull(emails?.split(',')[0])
}

function compact(text: string | null): string | null {
  return blankAsNull(text?.replace(/\s/g, '').toUpperCase())
}

function joined(texts: readonly (string | null)[], by: string): string | null {
  return blankAsNull(texts.filter((text) => text).join(by))
}

function blankAsNull(text: string | null | undefined): string | null {
  const trimmed = text?.trim() ?? ''
  return trimmed === '' ? null : trimmed
}
