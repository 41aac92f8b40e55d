import { exponentOf, isCurrency } from '../amounts/currency.ts'
import type { GatewayMoney, ProviderType } from './gateway.ts'

/** Currencies that a provider counts with other digits than we do, and those of which it takes whole tens or hundreds. */
type Digits = {
  readonly none: readonly string[]
  readonly three: readonly string[]
  /** The sent amount must be a multiple of this. */
  readonly steps: Readonly<Record<string, bigint>>
  /** Null means every currency. */
  readonly only: readonly string[] | null
}

const STRIPE: Digits = {
  none: 'BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF'.split(' '),
  three: 'BHD JOD KWD OMR TND'.split(' '),
  steps: { BHD: 10n, JOD: 10n, KWD: 10n, OMR: 10n, TND: 10n, ISK: 100n, UGX: 100n },
  only: null,
}

const GOCARDLESS: Digits = {
  none: [],
  three: [],
  steps: {},
  only: 'AUD CAD DKK EUR GBP NZD SEK USD'.split(' '),
}

const ADYEN: Digits = {
  none: 'BIF CVE DJF GNF IDR JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF'.split(' '),
  three: 'BHD IQD JOD KWD LYD OMR TND'.split(' '),
  steps: {},
  only: null,
}

const DIGITS: Readonly<Partial<Record<ProviderType, Digits>>> = {
  stripe: STRIPE,
  gocardless: GOCARDLESS,
  adyen: ADYEN,
}

/** An amount as a provider counts it, or why it cannot be sent. */
export type SentAmount =
  | { readonly ok: true; readonly units: bigint }
  | { readonly ok: false; readonly reason: 'amount_not_representable' | 'currency_not_supported' }

/**
 * The amount that is sent for one in our smallest unit (docs/rules/provider-payments.md#amounts): nothing is rounded,
 * and an amount that the provider cannot take exactly is not sent.
 */
export function toProviderUnits(provider: ProviderType, { cents, currency }: GatewayMoney): SentAmount {
  const digits = DIGITS[provider]
  if (digits?.only && !digits.only.includes(currency)) return { ok: false, reason: 'currency_not_supported' }
  const units = shifted(cents, digitsAt(digits, currency) - exponentOf(currency))
  const step = digits?.steps[currency] ?? 1n
  if (units === undefined || units % step !== 0n) return { ok: false, reason: 'amount_not_representable' }
  return { ok: true, units }
}

/** The amount in our smallest unit of one that a provider tells; undefined when it has no such amount. */
export function fromProviderUnits(
  provider: ProviderType,
  units: bigint,
  currency: string,
): bigint | undefined {
  return shifted(units, exponentOf(currency) - digitsAt(DIGITS[provider], currency))
}

function digitsAt(digits: Digits | undefined, currency: string): number {
  if (digits?.none.includes(currency)) return 0
  if (digits?.three.includes(currency)) return 3
  return digits ? 2 : exponentOf(currency)
}

function shifted(amount: bigint, places: number): bigint | undefined {
  if (places >= 0) return amount * 10n ** BigInt(places)
  const factor = 10n ** BigInt(-places)
  return amount % factor === 0n ? amount / factor : undefined
}

/** What providers that count in major units take: hundredths at most. */
const DECIMALS_MAX = 2

/** An amount in major units, or why it cannot be sent. */
export type MajorAmount =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly reason: 'amount_not_representable' }

/**
 * The amount in major units, as `12.34` for 1234 cents, for providers that count in them: printed from the exact value,
 * and not sent when it has more than two decimals.
 */
export function toMajorUnits({ cents, currency }: GatewayMoney): MajorAmount {
  const exponent = exponentOf(currency)
  const factor = 10n ** BigInt(exponent)
  const fraction = (cents % factor).toString().padStart(exponent, '0').replace(/0+$/, '')
  if (fraction.length > DECIMALS_MAX) return { ok: false, reason: 'amount_not_representable' }
  const whole = (cents / factor).toString()
  return { ok: true, text: exponent === 0 || fraction === '' ? whole : `${whole}.${fraction}` }
}

/** The same as a JSON number, which a double prints with the same digits; others are not sent. */
export function toMajorNumber(
  money: GatewayMoney,
): { readonly ok: true; readonly number: number } | (MajorAmount & { readonly ok: false }) {
  const sent = toMajorUnits(money)
  if (!sent.ok) return sent
  const number = Number(sent.text)
  return String(number) === sent.text
    ? { ok: true, number }
    : { ok: false, reason: 'amount_not_representable' }
}

/** The amount in our smallest unit of a text or JSON number in major units; undefined when we have no such amount. */
export function fromMajorUnits(told: unknown, currency: string): bigint | undefined {
  if ((typeof told !== 'string' && typeof told !== 'number') || !isCurrency(currency)) return undefined
  const match = /^(\d+)(?:\.(\d+))?$/.exec(String(told).trim())
  if (!match) return undefined
  const [, whole = '', decimals = ''] = match
  const fraction = decimals.replace(/0+$/, '')
  const exponent = exponentOf(currency)
  return fraction.length > exponent ? undefined : BigInt(`${whole}${fraction.padEnd(exponent, '0')}`)
}
