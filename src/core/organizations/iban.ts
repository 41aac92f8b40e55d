const SHAPE = /^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/
const PRIME = 97n

/** How long the IBANs of a country are: those of the euro payments area (SEPA). */
const LENGTHS: Readonly<Record<string, number>> = {
  ...{
    AD: 24,
    AL: 28,
    AT: 20,
    BE: 16,
    BG: 22,
    CH: 21,
    CY: 28,
    CZ: 24,
    DE: 22,
    DK: 18,
    EE: 20,
    ES: 24,
    FI: 18,
  },
  ...{
    FR: 27,
    GB: 22,
    GI: 23,
    GR: 27,
    HR: 21,
    HU: 28,
    IE: 22,
    IS: 26,
    IT: 27,
    LI: 21,
    LT: 20,
    LU: 20,
    LV: 21,
  },
  ...{
    MC: 27,
    MD: 24,
    ME: 22,
    MK: 19,
    MT: 31,
    NL: 18,
    NO: 15,
    PL: 28,
    PT: 25,
    RO: 24,
    RS: 22,
    SE: 24,
    SI: 19,
  },
  ...{ SK: 24, SM: 27, VA: 22 },
}

/** An IBAN as it is stored: without spaces, in capitals. */
export function tidyIban(text: string): string {
  return text.replace(/\s/g, '').toUpperCase()
}

/** Whether a tidy text is an IBAN: its shape, the length of its country if we know it, and the check digits of ISO 7064. */
export function isIban(iban: string): boolean {
  const length = LENGTHS[iban.slice(0, 2)]
  if (!SHAPE.test(iban) || (length !== undefined && iban.length !== length)) return false
  const turned = `${iban.slice(4)}${iban.slice(0, 4)}`
  // Letters count from 10, and the whole leaves 1.
  const digits = turned.replace(/[A-Z]/g, (letter) => String(letter.charCodeAt(0) - 55))
  return BigInt(digits) % PRIME === 1n
}

/** An IBAN in groups of four, as people read it. */
export function groupedIban(iban: string): string {
  return iban.replace(/(.{4})(?=.)/g, '$1 ')
}
