/** ISO 3166-1 codes. */
const CODES =
  'AD AE AF AG AI AL AM AO AR AT AU AW AZ BA BB BD BE BF BG BH BI BJ BM BN BO BR BS BT BW BY BZ CA CD CF CG CH CI CL CM CN ' +
  'CO CR CU CV CW CY CZ DE DJ DK DM DO DZ EC EE EG ER ES ET FI FJ FM FR GA GB GD GE GG GH GI GL GM GN GQ GR GT GW GY HK ' +
  'HN HR HT HU ID IE IL IM IN IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA ' +
  'MC MD ME MG MK ML MM MN MO MR MT MU MV MW MX MY MZ NA NE NG NI NL NO NP NR NZ OM PA PE PG PH PK PL PR PS PT PW PY QA ' +
  'RO RS RU RW SA SB SC SD SE SG SI SK SL SM SN SO SR SS ST SV SY SZ TD TG TH TJ TL TM TN TO TR TT TV TW TZ UA UG US UY ' +
  'UZ VA VC VE VN VU WS YE ZA ZM ZW'

const names = new Intl.DisplayNames(typeof navigator === 'undefined' ? 'en' : navigator.language, {
  type: 'region',
})

export const countryName = (code: string | null | undefined): string => (code ? (names.of(code) ?? code) : '')

/** Every country with its name in a language, sorted by name. */
export function countriesIn(locale: string): readonly { readonly code: string; readonly name: string }[] {
  const own = new Intl.DisplayNames(locale, { type: 'region' })
  return CODES.split(' ')
    .map((code) => ({ code, name: own.of(code) ?? code }))
    .sort((a, b) => a.name.localeCompare(b.name, locale))
}

/** Every country with its name, sorted by name. */
export const COUNTRIES: readonly { readonly code: string; readonly name: string }[] = CODES.split(' ')
  .map((code) => ({ code, name: countryName(code) }))
  .sort((a, b) => a.name.localeCompare(b.name))

/** The country of the browser's language, or the United States. */
export function guessCountry(): string {
  const region = new Intl.Locale(navigator.language).maximize().region
  return COUNTRIES.some(({ code }) => code === region) ? (region ?? 'US') : 'US'
}

/** The currencies that Weir bills in, the most used first. */
export const CURRENCIES: readonly string[] = (
  'EUR USD GBP CHF CAD AUD JPY SEK NOK DKK PLN CZK HUF RON BGN BRL MXN INR SGD HKD NZD ZAR AED SAR ILS TRY KRW TWD THB ' +
  'IDR MYR PHP VND CLP COP PEN ARS UYU EGP KES NGN GHS MAD TND KWD BHD QAR OMR JOD UAH GEL KZT ISK'
).split(' ')
