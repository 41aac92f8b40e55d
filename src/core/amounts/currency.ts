import { Decimal } from './decimal.ts'

/** An ISO 4217 code that plans, customers, wallets and invoices may carry. */
export type Currency = string & { readonly __currency: unique symbol }

const CODES =
  'AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BIF BMD BND BOB BRL BSD BWP BYN BZD CAD ' +
  'CDF CHF CLF CLP CNY COP CRC CVE CZK DJF DKK DOP DZD EGP ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF ' +
  'GTQ GYD HKD HNL HRK HTG HUF IDR ILS INR ISK JMD JPY KES KGS KHR KMF KRW KYD KZT LAK LBP LKR LRD ' +
  'LSL MAD MDL MGA MKD MMK MNT MOP MRO MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK ' +
  'PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SEK SGD SHP SLL SOS SRD STD SZL THB TJS TOP TRY ' +
  'TTD TWD TZS UAH UGX USD UYU UZS VND VUV WST XAF XCD XOF XPF YER ZAR ZMW'

/**
 * ISO 4217 exponents other than two. Codes that the API does not accept yet, such as those with three decimals, are
 * listed too, so that adding a currency cannot get its rounding wrong (docs/rules/rounding.md).
 */
const EXPONENTS: ReadonlyMap<string, number> = new Map([
  ...'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF'.split(' ').map(minorUnit(0)),
  ...'BHD IQD JOD KWD LYD OMR TND'.split(' ').map(minorUnit(3)),
  ...['CLF'].map(minorUnit(4)),
])

/** The supported currencies in alphabetical order: the list of the API. */
export const CURRENCIES: readonly Currency[] = CODES.split(' ') as Currency[]

const SUPPORTED: ReadonlySet<string> = new Set(CURRENCIES)

const FACTORS: readonly Decimal[] = [0, 1, 2, 3, 4].map((exponent) => Decimal.of(10 ** exponent))

/** True when the text is one of the supported currencies, in capitals as the API has them. */
export function isCurrency(text: string): text is Currency {
  return SUPPORTED.has(text)
}

/**
 * Decimals between the major unit of a currency and its cents: 2 for EUR, 0 for JPY, 3 for KWD
 * (docs/rules/rounding.md). Throws on an unknown code; validate input with `isCurrency` first.
 */
export function exponentOf(currency: string): number {
  const exponent = EXPONENTS.get(currency) ?? (SUPPORTED.has(currency) ? 2 : undefined)
  if (exponent === undefined) throw new Error(`not a currency: ${currency.slice(0, 20)}`)
  return exponent
}

/** Cents in one major unit: 100 for EUR, 1 for JPY, 1000 for KWD. Throws as `exponentOf` does. */
export function subunitFactor(currency: string): Decimal {
  return FACTORS[exponentOf(currency)] ?? Decimal.one
}

function minorUnit(exponent: number): (code: string) => [string, number] {
  return (code) => [code, exponent]
}
