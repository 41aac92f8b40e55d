const DASHES = /[\u2010-\u2015\u2212\uFE58\uFE63\uFF0D]/g
const INVISIBLES = /[\u00AD\u200B-\u200F\u202A-\u202E\u2060-\u2064\uFEFF]/g
const ADDRESS = /^[^\s@,;:<>()[\]\\"]+@[^\s@,;:<>()[\]\\".]+(\.[^\s@,;:<>()[\]\\".]+)+$/

/** One or several addresses as they are kept: typographic dashes become `-`, invisible characters go. */
export function tidyEmails(text: string): string {
  return text.replace(DASHES, '-').replace(INVISIBLES, '').trim()
}

/** Whether a text is one address or several with commas between them; an empty part is none. */
export function areEmails(text: string): boolean {
  return text.split(',').every((part) => ADDRESS.test(part.trim()))
}
