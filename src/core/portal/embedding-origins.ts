import type { Fields } from '../input/fields.ts'

/** More than that are sites that nobody keeps in view, in a header that every page of the portal carries. */
const ORIGINS_MAX = 20
const HOST_LENGTH_MAX = 253
const PORT_MAX = 65_535
const LABEL = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?'
/** A scheme, a host of plain labels and a port, and nothing that could end or extend a policy. */
const ORIGIN = new RegExp(`^(https?)://(${LABEL}(?:\\.${LABEL})*|\\[::1\\])(?::([1-9]\\d{0,4}))?$`)
/** The hosts of a person's own machine, where there are no certificates. */
const OWN_MACHINE = new Set(['localhost', '127.0.0.1', '[::1]'])
const DEFAULT_PORTS: Readonly<Record<string, string>> = { http: '80', https: '443' }

/**
 * An origin as browsers write it, in small letters and without the port that its scheme has anyway; undefined for a
 * text that is none, or one that may not embed the portal: with a path, a wildcard, or without encryption off this
 * machine.
 */
export function embeddingOriginOf(text: string): string | undefined {
  const [, scheme = '', host = '', port] = ORIGIN.exec(text.trim().toLowerCase()) ?? []
  if (scheme === '' || host.length > HOST_LENGTH_MAX || Number(port ?? 0) > PORT_MAX) return undefined
  if (scheme === 'http' && !OWN_MACHINE.has(host)) return undefined
  return `${scheme}://${host}${port === undefined || port === DEFAULT_PORTS[scheme] ? '' : `:${port}`}`
}

/** Reads the origins whose pages may embed the portal, each once; null takes all of them back. */
export function readEmbeddingOrigins(fields: Fields): readonly string[] | undefined {
  const texts = fields.texts('embedding_origins')
  if (texts === undefined) return undefined
  const origins = texts.map(embeddingOriginOf)
  if (origins.includes(undefined)) return fields.refuse('embedding_origins', 'value_is_invalid')
  const each = [...new Set(origins.filter((origin) => origin !== undefined))]
  return each.length > ORIGINS_MAX ? fields.refuse('embedding_origins', 'invalid_count') : each
}
