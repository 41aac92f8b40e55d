import { createContext, useContext } from 'react'
import { setLocale } from '../format/locale.ts'
import { en, type WordKey, type Words } from './words/en.ts'

/** The languages besides English, each in a file of its own that is loaded when it is needed. */
const LOADERS: Readonly<Record<string, () => Promise<Words>>> = {
  de: async () => (await import('./words/de.ts')).de,
  es: async () => (await import('./words/es.ts')).es,
  fr: async () => (await import('./words/fr.ts')).fr,
  it: async () => (await import('./words/it.ts')).it,
  nb: async () => (await import('./words/nb.ts')).nb,
  'pt-BR': async () => (await import('./words/pt-br.ts')).ptBr,
  sv: async () => (await import('./words/sv.ts')).sv,
  'zh-TW': async () => (await import('./words/zh-tw.ts')).zhTw,
}

/** Every language of the portal, by the names that documents have for them. */
export const LANGUAGES: readonly string[] = ['en', ...Object.keys(LOADERS)]

/** Languages that are written from right to left, should one be added. */
const FROM_RIGHT = ['ar', 'fa', 'he', 'ur']

/** The language of the browser among those of the portal; English otherwise. */
export function languageOfBrowser(): string {
  for (const wanted of navigator.languages) {
    const found = LANGUAGES.find((name) => name === wanted || name.split('-')[0] === wanted.split('-')[0])
    if (found) return found
  }
  return 'en'
}

const KEPT = 'weir-portal-language'

/** The language that was chosen for this session, in place of the customer's. */
export function keptLanguage(): string | null {
  try {
    const kept = sessionStorage.getItem(KEPT)
    return kept !== null && LANGUAGES.includes(kept) ? kept : null
  } catch {
    return null // Browsers may keep nothing, in frames above all.
  }
}

/** Keeps a language until the window is closed; null for the customer's own. */
export function keepLanguage(name: string | null): void {
  try {
    if (name === null) sessionStorage.removeItem(KEPT)
    else sessionStorage.setItem(KEPT, name)
  } catch {
    // The language is that of the page until it is opened again.
  }
}

/** Every language by its own name, so that everybody finds theirs. */
export const languageNames = (): readonly (readonly [code: string, name: string])[] =>
  LANGUAGES.map((code) => [code, new Intl.DisplayNames(code, { type: 'language' }).of(code) ?? code])

/** Loads the texts of a language, and makes it that of the page, its amounts and dates. */
export async function loadLanguage(name: string): Promise<Words> {
  const words = (await LOADERS[name]?.()) ?? en
  const shown = words === en ? 'en' : name
  setLocale(shown)
  document.documentElement.lang = shown
  document.documentElement.dir = FROM_RIGHT.includes(shown.split('-')[0] ?? '') ? 'rtl' : 'ltr'
  return words
}

/** A text with its placeholders filled in; values are never scanned. */
export type Say = (key: WordKey, values?: Readonly<Record<string, string>>) => string

export const sayIn =
  (words: Words): Say =>
  (key, values = {}) =>
    words[key].replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole)

export const SayContext = createContext<Say>(sayIn(en))

/** The texts of the page's language. */
export const useSay = (): Say => useContext(SayContext)
