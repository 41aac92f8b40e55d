import { isCurrency } from '../amounts/currency.ts'
import { isTimeZone } from '../calendar/zone.ts'
import type { Fields } from './fields.ts'

/** ISO 3166 alpha-2. */
const COUNTRIES: ReadonlySet<string> = new Set(
  (
    'AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ ' +
    'BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM ' +
    'DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS ' +
    'GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN ' +
    'KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ ' +
    'MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM ' +
    'PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV ' +
    'SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI ' +
    'VN VU WF WS YE YT ZA ZM ZW'
  ).split(' '),
)

const EU_COUNTRIES: ReadonlySet<string> = new Set(
  'AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK'.split(' '),
)

/** Languages of documents. */
export const DOCUMENT_LOCALES = ['en', 'fr', 'nb', 'de', 'it', 'es', 'sv', 'pt-BR', 'zh-TW'] as const

/** Whether a country is in the EU tax union, by its alpha-2 code. */
export function isInEu(country: string): boolean {
  return EU_COUNTRIES.has(country)
}

export function isCountry(text: string): boolean {
  return COUNTRIES.has(text)
}

/** A country code in upper case; an empty string means none (`not_a_valid_country_code`). */
export function readCountry(fields: Fields, key = 'country'): string | null | undefined {
  const text = fields.text(key)?.toUpperCase()
  if (text === '' || (text === undefined && fields.isNull(key))) return null
  return text === undefined || isCountry(text) ? text : fields.refuse(key, 'not_a_valid_country_code')
}

/** A supported currency; an empty string means none (`value_is_invalid`). */
export function readCurrency(fields: Fields, key: string): string | null | undefined {
  const text = fields.text(key)
  if (text === '') return null
  return typeof text !== 'string' || isCurrency(text) ? text : fields.refuse(key, 'value_is_invalid')
}

/** An IANA time zone; an empty string means none (`invalid_timezone`). */
export function readTimeZone(fields: Fields): string | null | undefined {
  const text = fields.text('timezone')
  if (text === '') return null
  return typeof text !== 'string' || isTimeZone(text) ? text : fields.refuse('timezone', 'invalid_timezone')
}

/** A document language (`not_a_valid_language_code`). */
export function readLocale(fields: Fields): string | null | undefined {
  return fields.word('document_locale', DOCUMENT_LOCALES, 'not_a_valid_language_code')
}
