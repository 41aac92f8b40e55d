import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildApp } from '../../src/api/app.ts'
import { type Harness, startHarness } from '../support/harness.ts'

const PAGE = '<!doctype html><title>Weir</title>'
const SIGN_IN = '<!doctype html><title>Sign in · Weir</title>'
const SCRIPT = 'export const answer = 42\n'
const HTML = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }

let harness: Harness
let folder: string
let app: FastifyInstance
beforeAll(async () => {
  harness = await startHarness()
  folder = await mkdtemp(join(tmpdir(), 'weir-web-'))
  await mkdir(join(folder, 'web', 'assets'), { recursive: true })
  await writeFile(join(folder, 'secret.txt'), 'not for the web')
  const web = join(folder, 'web')
  await writeFile(join(web, 'index.html'), PAGE)
  await writeFile(join(web, 'login.html'), SIGN_IN)
  await writeFile(join(web, 'favicon.svg'), '<svg/>')
  await writeFile(join(web, '.hidden.txt'), 'hidden')
  await writeFile(join(web, 'assets', 'app-1a2b.js'), SCRIPT)
  await writeFile(join(web, 'assets', 'app-1a2b.js.br'), brotliCompressSync(SCRIPT))
  await writeFile(join(web, 'assets', 'app-1a2b.js.gz'), gzipSync(SCRIPT))
  app = buildApp(harness.context, undefined, undefined, web)
  await app.ready()
})
afterAll(async () => {
  await app?.close()
  await harness?.close()
  await rm(folder, { recursive: true, force: true })
})

const get = (url: string, headers: Record<string, string> = {}, method: 'GET' | 'HEAD' | 'POST' = 'GET') =>
  app.inject({ method, url, headers })

describe('the dashboard', () => {
  it.each([
    ['/', PAGE],
    ['/login', SIGN_IN],
    ['/login/?next=%2Facme', SIGN_IN],
    ['/login/more', PAGE],
    ['/acme/invoices/01a2', PAGE],
    ['/acme/customer/1/invoice/2/overview', PAGE],
    ['/a.b/c?tab=x', PAGE],
  ])('200 is its page at %s', async (url, page) => {
    const answer = await get(url, HTML)
    expect(answer.statusCode).toBe(200)
    expect(answer.body).toBe(page)
    expect(answer.headers['content-type']).toBe('text/html; charset=utf-8')
    expect(answer.headers['cache-control']).toBe('no-cache')
    expect(answer.headers['referrer-policy']).toBe('no-referrer')
    expect(answer.headers['x-content-type-options']).toBe('nosniff')
    const policy = String(answer.headers['content-security-policy'])
    expect(policy).toContain("default-src 'self'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toContain('unsafe')
  })

  it('200 serves files whose names have their hash for a year, compressed as the browser likes', async () => {
    const url = '/assets/app-1a2b.js'
    const plain = await get(url)
    expect([plain.statusCode, plain.body]).toEqual([200, SCRIPT])
    expect(plain.headers['content-type']).toBe('text/javascript; charset=utf-8')
    expect(plain.headers['cache-control']).toBe('public, max-age=31536000, immutable')
    const brotli = await get(url, { 'accept-encoding': 'gzip, deflate, br' })
    expect(brotli.headers['content-encoding']).toBe('br')
    expect(brotliDecompressSync(brotli.rawPayload).toString()).toBe(SCRIPT)
    const gzip = await get(url, { 'accept-encoding': 'gzip;q=1.0, br;q=0' })
    expect(gzip.headers['content-encoding']).toBe('gzip')
    expect(gunzipSync(gzip.rawPayload).toString()).toBe(SCRIPT)
    expect(gzip.headers.vary).toContain('accept-encoding')
  })

  it('304 for a page that the browser has', async () => {
    const first = await get('/', HTML)
    const again = await get('/', { ...HTML, 'if-none-match': String(first.headers.etag) })
    expect([again.statusCode, again.body]).toEqual([304, ''])
  })

  it('200 answers HEAD without the page', async () => {
    const answer = await get('/login', HTML, 'HEAD')
    expect([answer.statusCode, answer.body]).toEqual([200, ''])
  })

  it.each([
    '/../secret.txt',
    '/assets/../../secret.txt',
    '/%2e%2e/secret.txt',
    '/assets/..%2f..%2fsecret.txt',
    '/.hidden.txt',
    '/assets/gone-3c4d.js',
    '/assets',
    '/robots.txt',
  ])('404 for %s', async (url) => {
    const answer = await get(url)
    expect(answer.statusCode).toBe(404)
    expect(answer.json().code).toBe('resource_not_found')
  })

  it('404 for what is no page: other methods, unknown paths of the API, programs', async () => {
    for (const [url, method, headers] of [
      ['/login', 'POST', HTML],
      ['/admin/nothing', 'GET', HTML],
      ['/files/nothing', 'GET', HTML],
      ['/api/nothing', 'GET', HTML],
      ['/api/weir/v1/nothing/at/all', 'GET', HTML],
      ['/nothing', 'GET', { accept: 'application/json' }],
      ['/assets/gone-3c4d.js', 'GET', HTML],
    ] as const) {
      const answer = await get(url, headers, method)
      const status = url.startsWith('/api/weir/v1') ? 401 : 404
      expect([url, answer.statusCode]).toEqual([url, status])
      expect(answer.body).not.toContain('<')
    }
  })

  it('200 says in a sentence that it is not built', async () => {
    const bare = buildApp(harness.context, undefined, undefined, join(folder, 'nothing'))
    await bare.ready()
    const answer = await bare.inject({ method: 'GET', url: '/', headers: HTML })
    expect(answer.statusCode).toBe(200)
    expect(answer.headers['content-type']).toBe('text/plain; charset=utf-8')
    expect(answer.body).toBe(
      'Weir is running. Its dashboard is not built: run npm run build. The API is described at /docs.\n',
    )
    await bare.close()
  })
})
