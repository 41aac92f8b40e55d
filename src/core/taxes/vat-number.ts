/** A well-formed VAT number of the European Union. */
export type VatNumber = {
  /** The prefix, as VIES has it: `EL` for Greece, `XI` for Northern Ireland. */
  readonly prefix: string
  /** The rest, without spaces and punctuation. */
  readonly digits: string
  /** ISO 3166 alpha-2. */
  readonly country: string
}

/** The form of VAT numbers by prefix, after which VIES decides whether one is registered. */
const FORMS: Readonly<Record<string, RegExp>> = {
  AT: /^U\d{8}$/,
  BE: /^[01]\d{9}$/,
  BG: /^\d{9,10}$/,
  CY: /^\d{8}[A-Z]$/,
  CZ: /^\d{8,10}$/,
  DE: /^\d{9}$/,
  DK: /^\d{8}$/,
  EE: /^\d{9}$/,
  EL: /^\d{9}$/,
  ES: /^([A-Z]\d{7}[A-Z0-9]|\d{8}[A-Z])$/,
  FI: /^\d{8}$/,
  FR: /^[A-HJ-NP-Z0-9]{2}\d{9}$/,
  HR: /^\d{11}$/,
  HU: /^\d{8}$/,
  IE: /^(\d{7}[A-W][A-I]?|\d[A-Z+*]\d{5}[A-W])$/,
  IT: /^\d{11}$/,
  LT: /^(\d{9}|\d{12})$/,
  LU: /^\d{8}$/,
  LV: /^\d{11}$/,
  MT: /^\d{8}$/,
  NL: /^[A-Z0-9+*]{12}$/,
  PL: /^\d{10}$/,
  PT: /^\d{9}$/,
  RO: /^\d{2,10}$/,
  SE: /^\d{12}$/,
  SI: /^\d{8}$/,
  SK: /^\d{10}$/,
  XI: /^(\d{9}|\d{12}|GD\d{3}|HA\d{3})$/,
}

/** ISO codes that differ from the prefix. */
const COUNTRY_OF: Readonly<Record<string, string>> = { EL: 'GR', XI: 'GB' }

/**
 * Reads a VAT number with its prefix; letter case, spaces, dots and dashes do not matter. Undefined when it is not of
 * the form that its country gives out.
 */
export function parseVatNumber(text: string): VatNumber | undefined {
  const compact = text.toUpperCase().replace(/[\s.-]/g, '')
  const prefix = compact.startsWith('GR') ? 'EL' : compact.slice(0, 2)
  const digits = compact.slice(2)
  if (!FORMS[prefix]?.test(digits)) return undefined
  return { prefix, digits, country: COUNTRY_OF[prefix] ?? prefix }
}
