import type { Fields } from '../input/fields.ts'

const NAME_LENGTH_MAX = 253
/** Labels of letters, digits and hyphens, of which the last one is no number: no address is a domain. */
const DOMAIN = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/

/** Whether a text is the name of a host below some domain, in small letters. */
export function isDomain(text: string): boolean {
  return text.length <= NAME_LENGTH_MAX && DOMAIN.test(text)
}

/** Reads the domain of a portal; null takes it back. Names in other scripts are written in Punycode. */
export function readPortalDomain(fields: Fields): string | null | undefined {
  const text = fields.text('domain')
  if (text === undefined || text === null) return text
  const domain = text.trim().toLowerCase()
  if (domain === '') return null
  return isDomain(domain) ? domain : fields.refuse('domain', 'invalid_format')
}

/** What proves that somebody may use a domain: a text in its zone. */
export type DomainProof = { readonly name: string; readonly value: string }

/** The proof for a domain; `secret` is derived from a key of the organization and the domain. */
export function proofOf(domain: string, secret: string): DomainProof {
  return { name: `_weir-portal.${domain}`, value: `weir-portal=${secret}` }
}

/** The address of the portal at a domain: that of the installation with another host. */
export function addressAt(frontUrl: string, domain: string | null): string {
  if (domain === null) return frontUrl.replace(/\/+$/, '')
  const [, scheme = 'https', port = ''] = /^(https?):\/\/(?:\[[^\]]*\]|[^/:?#]*)(:\d+)?/i.exec(frontUrl) ?? []
  return `${scheme}://${domain}${port}`
}
