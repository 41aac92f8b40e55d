/** A name's letters and digits in lower case, joined by `separator`: "Acme, Inc." gives `acme-inc`. */
export function parameterize(name: string, separator = '-'): string {
  return name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((part) => part !== '')
    .join(separator)
}

/** First parts of the dashboard's and the server's own paths, which no organization may be called. */
const TAKEN_PATHS: ReadonlySet<string> = new Set(
  (
    'account admin api assets customer-portal docs files forgot-password health invitation login metrics new openapi ' +
    'owner portal ready reset-password select-organization settings sign-in sign-out sign-up weir'
  ).split(' '),
)

/** Whether a text can be the first part of a path of the dashboard: parts of letters and digits joined by hyphens. */
export function isSlug(text: string): boolean {
  return /^[a-z0-9]+(-[a-z0-9]+)*$/.test(text) && !TAKEN_PATHS.has(text)
}

/** Prefix of document numbers: the first three letters or digits of the name and the last four of the id. */
export function documentPrefix(name: string, id: string): string {
  const letters = name.replace(/[^\p{L}\p{N}]/gu, '').slice(0, 3) || 'org'
  return `${letters}-${id.slice(-4)}`.toUpperCase()
}
