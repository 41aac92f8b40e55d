import { DOCUMENT_LOCALES } from '../input/places.ts'
import { de } from './words/de.ts'
import { en, type WordKey, type Words } from './words/en.ts'
import { es } from './words/es.ts'
import { fr } from './words/fr.ts'
import { it } from './words/it.ts'
import { nb } from './words/nb.ts'
import { ptBr } from './words/pt-br.ts'
import { sv } from './words/sv.ts'
import { zhTw } from './words/zh-tw.ts'

/** A language that documents are written in. */
export type Locale = (typeof DOCUMENT_LOCALES)[number]

const WORDS: Readonly<Record<Locale, Words>> = {
  en,
  fr,
  de,
  es,
  it,
  nb,
  sv,
  'pt-BR': ptBr,
  'zh-TW': zhTw,
}

/** The keys that count something: each has a `.one` and an `.other`. */
export type CountKey = 'meta.days' | 'fee.events'

/** The locale with a name; English for a name that is none. */
export function localeOf(name: string | null): Locale {
  return DOCUMENT_LOCALES.find((locale) => locale === name) ?? 'en'
}

/**
 * A text in a language with its placeholders filled in. Each placeholder is replaced once and the values are never
 * scanned, so that a plan named `{date}` prints as it is.
 */
export function say(locale: Locale, key: WordKey, values: Readonly<Record<string, string>> = {}): string {
  return WORDS[locale][key].replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole)
}

/**
 * A text that counts something, in the singular or plural of the language.
 *
 * @param n the number as printed, beside its value
 */
export function sayCount(
  locale: Locale,
  key: CountKey,
  n: { readonly value: number; readonly text: string },
) {
  return say(locale, `${key}.${isSingular(locale, n.value) ? 'one' : 'other'}`, { n: n.text })
}

function isSingular(locale: Locale, n: number): boolean {
  if (locale === 'fr' || locale === 'pt-BR') return n === 0 || n === 1
  return n === 1
}
