import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import type { FastifyReply, FastifyRequest } from 'fastify'

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
}

/**
 * Nothing from elsewhere, no script or style inside of a page; documents are shown from memory. Only the portal is ever
 * in a frame, on pages of the origins that its organization has named.
 */
const policyOf = (framedBy: readonly string[]): string =>
  [
    "default-src 'self'",
    "img-src 'self' data: blob:",
    "frame-src 'self' blob:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    `frame-ancestors ${framedBy.length === 0 ? "'none'" : framedBy.join(' ')}`,
  ].join('; ')

/** Where pages never are: an unknown path there is a 404 of the API. */
const ELSEWHERE = /^\/(api|admin|docs|files|health|metrics|openapi\.json|ready)(\/|$)/
/** A path of plain names; none begins with a dot. */
const PLAIN_PATH = /^(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)+$/
const PORTAL_HOME = '/customer-portal'
const PORTAL_PAGE = '/portal.html'
/** Addresses that have a page of their own: that to sign in, and the portal of customers. */
const OWN_PAGES = [
  [/^\/login\/?$/, '/login.html'],
  [/^\/customer-portal(\/|$)/, PORTAL_PAGE],
] as const
/** Their names change with their content. */
const HASHED = /^\/assets\//
/** The element that embeds the portal, which pages of others load (docs/api/portal.md). */
const EMBED_SCRIPT = '/portal/embed.js'
const ENCODINGS = [
  { name: 'br', extension: '.br' },
  { name: 'gzip', extension: '.gz' },
] as const

const NOT_BUILT =
  'Weir is running. Its dashboard is not built: run npm run build. The API is described at /docs.\n'

/** Whether a path may be one of the dashboard: those that are read, and that nothing else answers. */
export function mayBePage({ method, url }: FastifyRequest): boolean {
  return (method === 'GET' || method === 'HEAD') && !ELSEWHERE.test(pathOf(url))
}

/**
 * Answers with a file of the built dashboard in `folder`, or with its page for any other path that a browser opens,
 * because the page itself knows its routes. Gives false, and sends nothing, for what is neither. At the domain of a
 * portal its page is the only one.
 *
 * @param originsOf the origins whose pages may show the portal in a frame
 */
export async function answerPage(
  folder: string,
  request: FastifyRequest,
  reply: FastifyReply,
  originsOf: (request: FastifyRequest) => Promise<readonly string[]>,
): Promise<boolean> {
  const path = pathOf(request.url)
  const isRoot = path === '/'
  const isPortal = request.portalOrganizationId !== undefined
  if (isPortal && isRoot) {
    void reply.redirect(PORTAL_HOME)
    return true
  }
  const isPage = isRoot || (isPortal && extname(path) === '.html')
  if (!isPage && extname(path) !== '' && PLAIN_PATH.test(path)) {
    if (await sendFile(folder, path, request, reply)) return true
  }
  const isOpened = isRoot || (request.headers.accept ?? '').includes('text/html')
  if (!isOpened || HASHED.test(path)) return false
  const known = OWN_PAGES.find(([addresses]) => addresses.test(path))?.[1] ?? '/index.html'
  const page = isPortal ? PORTAL_PAGE : known
  const framedBy = page === PORTAL_PAGE ? await originsOf(request) : []
  if (await sendFile(folder, page, request, reply, framedBy)) return true
  void reply.type('text/plain; charset=utf-8').send(NOT_BUILT)
  return true
}

function pathOf(url: string): string {
  return url.split('?')[0] ?? ''
}

async function sendFile(
  folder: string,
  path: string,
  request: FastifyRequest,
  reply: FastifyReply,
  framedBy: readonly string[] = [],
): Promise<boolean> {
  const file = await readEncoded(join(folder, path), String(request.headers['accept-encoding'] ?? ''))
  if (!file) return false
  const policy = policyOf(framedBy)
  // With the policy: a browser that has the page keeps what came with it.
  const hash = createHash('sha256').update(file.bytes).update(policy)
  const etag = `"${hash.digest('base64url').slice(0, 22)}"`
  void reply
    .type(TYPES[extname(path)] ?? 'application/octet-stream')
    .header('content-security-policy', policy)
    .header('cross-origin-resource-policy', 'same-origin')
    .header('referrer-policy', 'no-referrer')
    .header('vary', path === PORTAL_PAGE ? 'accept-encoding, cookie' : 'accept-encoding')
    .header('etag', etag)
    .header('cache-control', HASHED.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache')
  // It knows no origins, and browsers that know the policy do not look at it.
  if (framedBy.length > 0) void reply.removeHeader('x-frame-options')
  if (path === EMBED_SCRIPT) openToOthers(reply)
  if (file.encoding !== null) void reply.header('content-encoding', file.encoding)
  if (request.headers['if-none-match'] === etag) void reply.code(304).send()
  else void reply.send(file.bytes)
  return true
}

/** Lets pages of every origin load a file, also as a module, and keep it for an hour. */
function openToOthers(reply: FastifyReply): void {
  void reply
    .header('access-control-allow-origin', '*')
    .header('cross-origin-resource-policy', 'cross-origin')
    .header('cache-control', 'public, max-age=3600')
}

/** A file, or its compressed form that lies beside it, when the browser takes that. */
async function readEncoded(
  file: string,
  accepted: string,
): Promise<{ readonly bytes: Buffer; readonly encoding: string | null } | undefined> {
  for (const { name, extension } of ENCODINGS) {
    if (!new RegExp(`\\b${name}\\b(?!\\s*;\\s*q=0(\\.0*)?(,|$))`).test(accepted)) continue
    const bytes = await readIfThere(`${file}${extension}`)
    if (bytes) return { bytes, encoding: name }
  }
  const bytes = await readIfThere(file)
  return bytes && { bytes, encoding: null }
}

async function readIfThere(file: string): Promise<Buffer | undefined> {
  try {
    return await readFile(file)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'EISDIR' || code === 'ENOTDIR' || code === 'ENAMETOOLONG')
      return undefined
    throw error
  }
}
