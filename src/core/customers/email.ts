const DASHES = /[\u2010-\u2015\u2212\uFE58\uFE63\uFF0D]/g
const INVISIBLES = /[\u00AD\u200B-\u200F\u202A-\u202E\u2060-\u2064\uFEFF]/g
const ADDRESS = /^[^\s@,;:<>()[\]\\"]+@[^\s@,;:<>()[\]\\".]+(\.[^\s@,;:<>()[\]\\".]+)+$/

/** One or more addresses as stored: typographic dashes become `-`, invisible characters are removed. */
export function tidyEmails(text: string): string {
  return text.replace(DASHES, '-').replace(INVISIBLES, '').trim()
}

/** Whether a text is one address or several separated by commas; empty parts are invalid. */
export function areEmails(text: string): boolean {
  return text.split(',').every((part) => ADDRESS.test(part.trim()))
}
