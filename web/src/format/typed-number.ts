/**
 * How numbers that people type are read: as their locale writes them, or not at all. Forms keep them with a point
 * before decimals and without group separators; what cannot be read for sure is kept as typed behind a mark, so that
 * no check takes it for a number.
 */

import { locale } from './locale.ts'

const MARK = '\uE000'

type Signs = {
  readonly digits: string
  /** The separators of thousands, each with those that stand for it on keyboards. */
  readonly groups: readonly string[]
  readonly decimals: readonly string[]
  readonly name: string
}

const SPACES = ' \u00a0\u202f\u2009'
const QUOTES = "'’"
const known = new Map<string, Signs>()

/** The digits and separators of a locale, for a text with Latin digits or with the locale's own. */
function signsOf(name: string, isLatin: boolean): Signs {
  const key = `${name} ${isLatin}`
  const found =
    known.get(key) ?? makeSigns(isLatin ? `${new Intl.Locale(name, { numberingSystem: 'latn' })}` : name)
  known.set(key, found)
  return found
}

function makeSigns(name: string): Signs {
  // Amounts of some locales, such as fr-CH, have other separators than their numbers.
  const styles = [{}, { style: 'currency', currency: 'CHF' }] as const
  const parts = styles.map((style) =>
    new Intl.NumberFormat(name, { ...style, useGrouping: true }).formatToParts(1234567.5),
  )
  const all = (type: string) => [
    ...new Set(parts.flatMap((each) => each.filter((part) => part.type === type).map(({ value }) => value))),
  ]
  const [decimal = '.'] = all('decimal')
  const groups = all('group').filter((group) => group !== decimal)
  const kinds = groups.map((group) => [SPACES, QUOTES].find((kind) => kind.includes(group)) ?? group)
  const digits = new Intl.NumberFormat(name, { useGrouping: false }).format(9876543210)
  return {
    digits: [...digits].reverse().join(''),
    groups: kinds,
    decimals: [decimal, ...all('decimal').filter((each) => each !== decimal && !groups.includes(each))],
    name,
  }
}

const BIDI = /[\u200e\u200f\u061c]/g

/**
 * The number that a text means in a locale, with a point before decimals: `1,500.25` is `1500.25` in English. Nothing
 * typed is an empty text; undefined is what cannot be read for sure, such as `1,50` in English.
 */
export function readDecimal(text: string, name: string = locale()): string | undefined {
  const bare = text.replace(BIDI, '').trim()
  if (bare === '') return ''
  const { digits, groups, decimals, name: of } = signsOf(name, /[0-9]/.test(bare))
  const isNegative = /^[-\u2212]/.test(bare)
  const number = isNegative ? bare.slice(1) : bare
  const at = Math.max(...decimals.map((decimal) => number.indexOf(decimal)))
  const latin = (typed: string): string | undefined => {
    const read = [...typed].map((digit) => digits.indexOf(digit))
    return read.includes(-1) ? undefined : read.join('')
  }
  const whole = wholeOf(at < 0 ? number : number.slice(0, at), groups, latin, of)
  const fraction = at < 0 ? '' : latin(number.slice(at + 1))
  if (whole === undefined || fraction === undefined || (whole === '' && fraction === '')) return undefined
  const plain = whole.replace(/^0+(?=\d)/, '') || '0'
  return `${isNegative ? '-' : ''}${plain}${fraction === '' ? '' : `.${fraction}`}`
}

/** The digits before the decimals; undefined when a separator does not stand where the locale puts it. */
function wholeOf(
  typed: string,
  groups: readonly string[],
  latin: (typed: string) => string | undefined,
  name: string,
): string | undefined {
  const kind = groups.find((each) => [...each].some((sign) => typed.includes(sign)))
  if (kind === undefined) return latin(typed)
  const parts = typed.split(new RegExp(`[${kind}]`)).map(latin)
  if (parts.includes(undefined)) return undefined
  const whole = parts.join('')
  if (whole === '') return undefined
  const right = new Intl.NumberFormat(name, { useGrouping: 'always' as unknown as boolean })
    .formatToParts(BigInt(whole))
    .filter(({ type }) => type === 'integer')
    .map(({ value }) => [...value].length)
  return right.join() === parts.map((part) => part?.length).join() ? whole : undefined
}

/** What a form keeps of a typed text: its number, or the text itself with a mark. */
export function readTyped(text: string): string {
  return readDecimal(text) ?? `${MARK}${text}`
}

/** Whether a value of a form is a text that could not be read. */
export const isUnread = (value: string): boolean => value.startsWith(MARK)

/** A value of a form as it stands in its field. */
export function shownValue(value: string): string {
  if (isUnread(value)) return value.slice(MARK.length)
  return /^-?\d+(\.\d+)?$/.test(value) ? value.replace('.', decimalOf()) : value
}

const decimalOf = (): string => signsOf(locale(), true).decimals[0] ?? '.'

/** A number as the locale writes it, to show how. */
export function exampleNumber(): string {
  const options = { useGrouping: 'always' as unknown as boolean, minimumFractionDigits: 2 }
  return new Intl.NumberFormat(signsOf(locale(), true).name, options).format(1234.5)
}

/** Why a value of a form could not be read, and how it is written; undefined for one that was. */
export function whyUnread(value: string | undefined): string | undefined {
  if (value === undefined || !isUnread(value)) return undefined
  const text = shownValue(value).trim()
  const [, whole, fraction] = /^(-?\d+)[.,](\d+)$/.exec(text) ?? []
  const example = exampleNumber()
  if (whole === undefined) return `“${text}” is not a number. Numbers are written like ${example}.`
  const meant = `${whole}${decimalOf()}${fraction}`
  return `“${text}” is not clear. Write ${meant} if that is meant; thousands are written like ${example}.`
}

/** The first value in a form's editor that could not be read, however deep it is. */
export function firstUnread(value: unknown): string | undefined {
  if (typeof value === 'string') return isUnread(value) ? value : undefined
  if (typeof value !== 'object' || value === null) return undefined
  for (const each of Object.values(value)) {
    const found = firstUnread(each)
    if (found !== undefined) return found
  }
  return undefined
}
