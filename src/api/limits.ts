/** The limits on what clients send. */
export type HttpLimits = {
  /** Bytes of a body; more are 413. */
  readonly bodyBytes: number
  /** The same where events come in. */
  readonly eventBodyBytes: number
  /** From the first byte of a connection or request to the end of its headers. */
  readonly headersTimeoutMs: number
  /** From the first byte of a request to the last one of its body. */
  readonly bodyTimeoutMs: number
  /** Between two requests of one connection. */
  readonly idleTimeoutMs: number
}

const MEGABYTE = 1024 * 1024

/** The defaults when nothing is configured. */
export const DEFAULT_LIMITS: HttpLimits = {
  bodyBytes: MEGABYTE,
  eventBodyBytes: 10 * MEGABYTE,
  headersTimeoutMs: 10_000,
  bodyTimeoutMs: 30_000,
  idleTimeoutMs: 60_000,
}

/** A logo of 800 kB in base64, with the rest of its billing entity. */
export const LOGO_BODY_BYTES = 2 * MEGABYTE

/** A font, a favicon and a logo in base64. */
export const PORTAL_LOOK_BODY_BYTES = 2 * MEGABYTE

/** How often timeouts are checked: a slow client is cut off at most this much later. */
const TIMEOUTS_LOOKED_AT_MS = 1000

/** The timeouts as options of the HTTP server. */
export function timeoutsOf(limits: HttpLimits) {
  return {
    requestTimeout: limits.bodyTimeoutMs,
    keepAliveTimeout: limits.idleTimeoutMs,
    http: {
      // The headers are a part of the request.
      headersTimeout: Math.min(limits.headersTimeoutMs, limits.bodyTimeoutMs),
      connectionsCheckingInterval: TIMEOUTS_LOOKED_AT_MS,
    },
  }
}
