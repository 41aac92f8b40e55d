import { createHmac, timingSafeEqual } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Settings } from '../actions/context.ts'
import { SESSION_MS } from '../core/portal/portal-life.ts'
import { forbidden } from '../core/refusal.ts'
import { LIFE_MS } from '../core/sessions/session-life.ts'

/** A cookie of a session: its name, the paths that it is sent to, how long it lives, and whether frames have it. */
type SessionCookie = {
  readonly name: string
  readonly paths: readonly string[]
  readonly seconds: number
  readonly isFramed?: boolean
}

const OF_MEMBERS: SessionCookie = { name: 'weir_session', paths: ['/'], seconds: Math.floor(LIFE_MS / 1000) }
/** Customers in the portal have a cookie of their own, which no other route is sent. */
export const OF_PORTAL: SessionCookie = {
  name: 'weir_portal',
  paths: ['/api/weir/v1/portal'],
  seconds: Math.floor(SESSION_MS / 1000),
}
/**
 * The cookie of a portal that another site shows in a frame (docs/decisions/0052). The page gets it too: on a reload it
 * tells whose portal this is, and with that who may embed it.
 */
export const OF_FRAMED_PORTAL: SessionCookie = {
  name: 'weir_portal_framed',
  paths: [...OF_PORTAL.paths, '/customer-portal'],
  seconds: OF_PORTAL.seconds,
  isFramed: true,
}
/** Says that a request comes from a portal in a frame. Pages of other origins cannot send it (src/api/cors.ts). */
const FRAME_HEADER = 'x-weir-portal-frame'
const TOKEN = /^[A-Za-z0-9_-]{43}$/
const READING = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * Which of its two cookies a request of the portal goes by. The one of frames counts only together with a header,
 * because browsers send it with requests that other sites make as well.
 */
export function portalCookieOf({ headers }: FastifyRequest): SessionCookie {
  return headers[FRAME_HEADER] === 'true' ? OF_FRAMED_PORTAL : OF_PORTAL
}

/** The token of the request's session cookie; undefined when it has none of the right form. */
export function sessionTokenOf({ headers }: FastifyRequest, cookie = OF_MEMBERS): string | undefined {
  for (const part of (headers.cookie ?? '').split(';')) {
    const at = part.indexOf('=')
    if (part.slice(0, at).trim() !== cookie.name) continue
    const token = part.slice(at + 1).trim()
    if (TOKEN.test(token)) return token
  }
  return undefined
}

/** Gives the browser a session. Pages ask for their data by themselves, so a strict cookie is enough for links too. */
export function setSessionCookie(
  reply: FastifyReply,
  settings: Pick<Settings, 'frontUrl'>,
  token: string,
  cookie = OF_MEMBERS,
): void {
  void reply.header('set-cookie', cookiesOf(cookie, token, settings))
}

export function clearSessionCookie(
  reply: FastifyReply,
  settings: Pick<Settings, 'frontUrl'>,
  cookie = OF_MEMBERS,
): void {
  void reply.header('set-cookie', cookiesOf({ ...cookie, seconds: 0 }, '', settings))
}

function cookiesOf(
  { name, paths, seconds, isFramed = false }: SessionCookie,
  value: string,
  { frontUrl }: Pick<Settings, 'frontUrl'>,
): string | string[] {
  const secure = frontUrl.startsWith('https:') ? '; Secure' : ''
  const where = isFramed ? 'SameSite=None; Secure; Partitioned' : `SameSite=Strict${secure}`
  const each = paths.map((path) => `${name}=${value}; Path=${path}; Max-Age=${seconds}; HttpOnly; ${where}`)
  return each.length === 1 ? each.join() : each
}

/** What the writes of a session have to name: only pages that may read our answers know it. */
export function csrfTokenOf(token: string): string {
  return createHmac('sha256', token).update('csrf').digest('base64url')
}

/** Refuses a write of a session without its token, or from another origin, with 403 `csrf_token_invalid`. */
export function checkCsrf(
  request: FastifyRequest,
  token: string,
  settings: Pick<Settings, 'apiUrl' | 'frontUrl'>,
): void {
  if (READING.has(request.method)) return
  checkOrigin(request, settings)
  const given = Buffer.from(String(request.headers['x-csrf-token'] ?? ''))
  const wanted = Buffer.from(csrfTokenOf(token))
  if (given.length === wanted.length && timingSafeEqual(given, wanted)) return
  throw forbidden('csrf_token_invalid')
}

/**
 * Refuses requests of pages that are neither of this server nor of the dashboard. Programs send no origin, and
 * browsers always do when they write.
 */
export function checkOrigin(request: FastifyRequest, settings: Pick<Settings, 'apiUrl' | 'frontUrl'>): void {
  const { origin } = request.headers
  if (request.headers['sec-fetch-site'] === 'cross-site' && origin === undefined) {
    throw forbidden('csrf_token_invalid')
  }
  if (origin === undefined) return
  const known = [settings.apiUrl, settings.frontUrl].map((url) => new URL(url).origin)
  if (known.includes(origin) || hostOf(origin) === request.host) return
  throw forbidden('csrf_token_invalid')
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined
}
