/** The language in which amounts and dates are written: the browser's, or one that was chosen. */

let chosen: string | undefined

export const locale = (): string => chosen ?? (typeof navigator === 'undefined' ? 'en' : navigator.language)

/** Writes amounts and dates in a language from now on. */
export function setLocale(name: string): void {
  chosen = name
}
