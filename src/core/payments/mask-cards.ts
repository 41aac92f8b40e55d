import type { InboundMessage } from './gateway.ts'

type Body = InboundMessage['body']

/** A run of 13 to 19 digits, with spaces or hyphens between them, that is no part of a longer word. */
const DIGITS = /(?<![\p{L}\p{N}_-])\d(?:[ -]?\d){12,18}(?![\p{L}\p{N}_-])/gu
/** Where the numbers of cards begin: American Express, Diners and JCB, Visa, Mastercard, Maestro, Discover, UnionPay. */
const CARD = /^(?:3[0-9]|4|5[0-8]|6|22[2-9]|2[3-6]|27[01]|2720)/
/** What a provider names things with: an id of digits alone is no card, however it looks. */
const NAMES = /(?:^|[_.])id$|Id$|[Rr]eference$|[Ss]ignature$|_ref$/
/** The fields in which a bare number may be a card. */
const OF_CARDS = /card|pan$|number/i

/**
 * A message of a provider as it is kept: a card number in it, which no provider should send, is masked but for its last
 * four digits. What names a payment, a customer or a card at the provider stays as it is, because it is looked up.
 */
export function withoutCardNumbers(body: Body): Body {
  return masked(body, '') as Body
}

function masked(value: unknown, name: string): unknown {
  if (NAMES.test(name)) return value
  if (typeof value === 'string') return value.replace(DIGITS, (found) => maskedDigits(found) ?? found)
  if (typeof value === 'number') return OF_CARDS.test(name) ? (maskedDigits(String(value)) ?? value) : value
  if (Array.isArray(value)) return value.map((item) => masked(item, name))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, masked(item, key)]))
}

/** The digits of a card number, masked; null when they are none. */
function maskedDigits(text: string): string | null {
  const digits = text.replace(/[ -]/g, '')
  if (!/^\d{13,19}$/.test(digits) || !CARD.test(digits) || !hasCheckDigit(digits)) return null
  return `${'•'.repeat(digits.length - 4)}${digits.slice(-4)}`
}

/** The check digit of Luhn, which every card number has. */
function hasCheckDigit(digits: string): boolean {
  let sum = 0
  for (let place = 0; place < digits.length; place += 1) {
    const digit = Number(digits[digits.length - 1 - place])
    const doubled = place % 2 === 1 ? digit * 2 : digit
    sum += doubled > 9 ? doubled - 9 : doubled
  }
  return sum % 10 === 0
}
