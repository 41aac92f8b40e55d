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

/** Prefix of document numbers: the first three letters or digits of the name and the last four of the id. */
export function documentPrefix(name: string, id: string): string {
  const letters = name.replace(/[^\p{L}\p{N}]/gu, '').slice(0, 3) || 'org'
  return `${letters}-${id.slice(-4)}`.toUpperCase()
}
