import type { DocumentContent, Field } from './content.ts'
import type { FrozenAddress, FrozenBuyer, FrozenHead, FrozenParty, FrozenSeller } from './frozen.ts'
import type { WordKey } from './words/en.ts'
import { type Locale, say } from './words.ts'

/** Customers have at most five shown entries. */
const METADATA_MAX = 5

const LETTER_COUNTRIES = 'BZ CA CL CO CR GT MX NI PA PH PR SV US VE'.split(' ')
const CITY_FIRST = 'US CA AU BR MX IN'.split(' ')
const CITY_THEN_CODE = ['GB', 'IE']
const CODE_THEN_STATE = 'JP CN TW KR'.split(' ')

/** Letter paper where it is the custom of the seller's country, A4 anywhere else. */
export function paperOf(seller: FrozenSeller): DocumentContent['paper'] {
  return LETTER_COUNTRIES.includes(seller.address.country ?? '') ? 'LETTER' : 'A4'
}

/** The name that a party signs with. */
export function sellerName(seller: Pick<FrozenParty, 'name' | 'legalName'>): string {
  return seller.legalName || seller.name || ''
}

/**
 * The two parties, and the service address when it differs. On a self-billed document the customer is the supplier,
 * so the two change places.
 */
export function partiesOf(head: FrozenHead, to: WordKey): DocumentContent['parties'] {
  const { locale, seller, buyer, isSelfBilled } = head
  const entity = sellerLines(locale, seller)
  const customer = buyerLines(locale, buyer)
  const parties = [
    { heading: say(locale, 'party.from'), lines: isSelfBilled ? customer : entity },
    { heading: say(locale, to), lines: isSelfBilled ? entity : customer },
  ]
  const { shipping } = buyer
  if (!shipping?.country || isSameAddress(shipping, buyer.address)) return parties
  return [...parties, { heading: say(locale, 'party.ship_to'), lines: addressLines(locale, shipping) }]
}

/** The customer's metadata that is shown on invoices, oldest first. */
export function sideFieldsOf(buyer: FrozenBuyer): Field[] {
  return buyer.metadata.slice(0, METADATA_MAX).map(({ key, value }) => ({ label: key, value }))
}

/** The lines of a seller's address. */
export function sellerAddress(locale: Locale, seller: FrozenParty): string[] {
  return addressLines(locale, seller.address)
}

function sellerLines(locale: Locale, seller: FrozenSeller): string[] {
  const name = sellerName(seller)
  return filled([
    name,
    seller.name !== name ? seller.name : null,
    seller.legalNumber && say(locale, 'party.legal_number', { id: seller.legalNumber }),
    ...addressLines(locale, seller.address),
    seller.email,
    seller.taxNumber && say(locale, 'party.tax_id', { id: seller.taxNumber }),
  ])
}

function buyerLines(locale: Locale, buyer: FrozenBuyer): string[] {
  const person = filled([buyer.firstname, buyer.lastname]).join(' ')
  return filled([
    filled([buyer.legalName || buyer.name, person]).join(' - '),
    buyer.legalNumber && say(locale, 'party.legal_number', { id: buyer.legalNumber }),
    ...addressLines(locale, buyer.address),
    buyer.email && filled(buyer.email.split(',').map((each) => each.trim())).join(', '),
    buyer.taxNumber && say(locale, 'party.tax_id', { id: buyer.taxNumber }),
  ])
}

function addressLines(locale: Locale, address: FrozenAddress): string[] {
  return filled([
    address.line1,
    address.line2,
    ...placeLines(address),
    address.country && countryName(locale, address.country),
  ])
}

function placeLines({ country, zipcode, city, state }: FrozenAddress): string[] {
  const place = country ?? ''
  if (CITY_FIRST.includes(place)) return [filled([city, state, zipcode]).join(' ')]
  if (CITY_THEN_CODE.includes(place)) return filled([city, zipcode])
  if (CODE_THEN_STATE.includes(place)) return [filled([zipcode, filled([state, city]).join('')]).join(' ')]
  return filled([filled([zipcode, city]).join(' '), state])
}

const countryNames = new Map<Locale, Intl.DisplayNames>()

/** A country in the language of the document; its code when the language has no name for it. */
function countryName(locale: Locale, code: string): string {
  const known = countryNames.get(locale) ?? new Intl.DisplayNames([locale], { type: 'region' })
  countryNames.set(locale, known)
  return /^[A-Z]{2}$/.test(code) ? (known.of(code) ?? code) : code
}

/** Whether two addresses say the same; a field that is empty is like one that is absent. */
export function isSameAddress(a: FrozenAddress, b: FrozenAddress): boolean {
  const texts = ({ line1, line2, zipcode, city, state, country }: FrozenAddress) =>
    JSON.stringify([line1, line2, zipcode, city, state, country].map((each) => each || null))
  return texts(a) === texts(b)
}

function filled(texts: readonly (string | null | undefined)[]): string[] {
  return texts.filter((text): text is string => text !== null && text !== undefined && text.trim() !== '')
}
