/** A text of a document is cut here; details and notes may be longer. */
const LENGTH_MAX = 500
const LONG_LENGTH_MAX = 10_000

/** Controls, invisible characters and those that turn the reading direction: `€100` must not read `€001`. */
const UNPRINTED =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is removed.
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b\u200e\u200f\u2060\u2061-\u2064\u061c\ufeff\ufff9-\ufffb\ufffe\uffff\u202a-\u202e\u2066-\u2069]/gu
const LONE_SURROGATES = /\p{Surrogate}/gu

/** A text as it is printed: in NFC, in one line, without what cannot be seen, and at most 500 characters long. */
export function printedLine(text: string): string {
  return cut(tidied(text).replace(/\n+/g, ' '), LENGTH_MAX)
}

/** The same with its line breaks, and at most 10,000 characters long. */
export function printedLines(text: string): string {
  return cut(tidied(text), LONG_LENGTH_MAX)
}

function tidied(text: string): string {
  return text
    .normalize('NFC')
    .replace(/\r\n?/g, '\n')
    .replace(/\t/g, ' ')
    .replace(UNPRINTED, '')
    .replace(LONE_SURROGATES, '')
}

/** Cut between characters, never inside one. */
function cut(text: string, max: number): string {
  return text.length <= max ? text : Array.from(text).slice(0, max).join('')
}
