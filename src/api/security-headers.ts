import type { IncomingMessage, ServerResponse } from 'node:http'
import helmet from 'helmet'

/** What the page at /docs loads: its own files, and the styles that it writes itself. */
export const DOCS_POLICY: Readonly<Record<string, string>> = {
  'default-src': "'self'",
  'style-src': "'self' 'unsafe-inline'",
  'img-src': "'self' data:",
  'object-src': "'none'",
  'base-uri': "'self'",
  'frame-ancestors': "'none'",
}

/**
 * Helmet's headers, made once: they are the same for every answer. Answers are data, so nothing in them may load or be
 * framed; the page at /docs has a policy of its own. Pages of the two known origins may still read the answers
 * (src/api/cors.ts), hence the cross-origin resource policy.
 */
export function securityHeaders(): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {}
  const setHeaders = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"], baseUri: ["'none'"] },
    },
    crossOriginResourcePolicy: { policy: 'cross-origin' },
    frameguard: { action: 'deny' },
    // What else runs below the same domain is not ours to decide about.
    strictTransportSecurity: { includeSubDomains: false },
  })
  const answer = {
    setHeader: (name: string, value: string) => {
      headers[name.toLowerCase()] = value
    },
    removeHeader: () => undefined,
  }
  setHeaders({} as IncomingMessage, answer as unknown as ServerResponse, (error?: unknown) => {
    if (error) throw error
  })
  return Object.freeze(headers)
}
