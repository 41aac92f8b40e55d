import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ok } from '../support/billing-fixtures.ts'
import { samplePng } from '../support/document-gallery.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'
import { addCustomer } from '../support/payment-fixtures.ts'
import { buyerOf } from '../support/portal-buyer.ts'
import { sampleWoff2 } from '../support/sample-font.ts'

const PATH = '/api/weir/v1/portal_settings'
const PLAIN = {
  accent_color: null,
  corners: 'soft',
  support_email: null,
  support_url: null,
  terms_url: null,
  privacy_url: null,
  powered_by: true,
}
const NO_FILES = { font_url: null, favicon_url: null, logo_dark_url: null }

let harness: Harness
let client: Client

beforeAll(async () => {
  harness = await startHarness()
  client = await harness.organization()
})
afterAll(() => harness?.close())

const settings = async () => (await ok(client, 'GET', PATH)).portal_settings
const change = (brand: unknown) =>
  client.call('PUT', PATH, { portal_settings: { parts: ['invoices'], brand } })

describe('the look of the portal', () => {
  it('is that of the portal at first', async () => {
    expect(await settings()).toMatchObject({ brand: PLAIN, accents: null })
  })

  it('200: changes what is sent, and null takes it back', async () => {
    const look = {
      accent_color: ' #0B6E74 ',
      corners: 'round',
      support_email: 'help@example.com',
      support_url: 'https://example.com/help',
    }
    expect((await change(look)).body.portal_settings.brand).toEqual({
      ...PLAIN,
      ...NO_FILES,
      ...look,
      accent_color: '#0b6e74',
    })
    await change({ terms_url: 'https://example.com/terms', corners: null })
    await ok(client, 'PUT', PATH, { portal_settings: { parts: ['invoices'] } })
    const kept = await settings()
    expect(kept.brand).toEqual({
      ...PLAIN,
      ...NO_FILES,
      ...look,
      accent_color: '#0b6e74',
      corners: 'soft',
      terms_url: 'https://example.com/terms',
    })
    expect(kept.accents.light).toMatchObject({ accent: '#0b6e74', on_accent: '#ffffff' })
    // 4.5 on #1c2731 takes 28 hundredths of white.
    expect(kept.accents.dark.accent).toBe('#4f979b')

    await addCustomer(client, 'acme')
    const buyer = await buyerOf(harness, client, 'acme')
    const { body } = await buyer.call('GET', '/session')
    expect(body.session.brand).toMatchObject({
      email: 'help@example.com',
      support_url: 'https://example.com/help',
      terms_url: 'https://example.com/terms',
      privacy_url: null,
      corners: 'soft',
      accents: kept.accents,
    })

    const gone = Object.fromEntries(Object.keys(PLAIN).map((name) => [name, null]))
    expect((await change(gone)).body.portal_settings).toMatchObject({ brand: PLAIN, accents: null })
  })

  it.each([
    [{ accent_color: '#ff6600' }, { accent_color: ['contrast_is_too_low'], nearest_accent_color: '#ba4a00' }],
    [
      { accent_color: '#ffffff', support_email: 'x' },
      {
        accent_color: ['contrast_is_too_low'],
        nearest_accent_color: '#6b6b6b',
        support_email: ['invalid_email_format'],
      },
    ],
    [{ accent_color: 'red' }, { accent_color: ['invalid_format'] }],
    [{ accent_color: '#0b6e74;}' }, { accent_color: ['invalid_format'] }],
    [{ accent_color: {} }, { accent_color: ['value_is_invalid'] }],
    [{ powered_by: 'maybe' }, { powered_by: ['value_is_invalid'] }],
    [{ font: 'data:font/woff2;base64,AAAA' }, { font: ['invalid_content_type'] }],
    [{ favicon: 'x' }, { favicon: ['invalid_content_type'] }],
    [{ logo_dark: 5 }, { logo_dark: ['invalid_content_type'] }],
    [{ corners: 'oval' }, { corners: ['value_is_invalid'] }],
    [{ support_email: 'a@example.com, b@example.com' }, { support_email: ['invalid_email_format'] }],
    [{ support_url: 'javascript:alert(1)' }, { support_url: ['url_is_invalid'] }],
    [{ terms_url: 'example.com' }, { terms_url: ['url_is_invalid'] }],
    [{ privacy_url: `https://example.com/${'a'.repeat(1024)}` }, { privacy_url: ['value_is_too_long'] }],
    ['blue', { brand: ['value_is_invalid'] }],
  ])('422: %j', async (brand, details) => {
    const before = await settings()
    const { status, body } = await change(brand)
    expect([status, body.error_details]).toEqual([422, details])
    expect(await settings()).toEqual(before)
  })
})

describe('the colors of an accent', () => {
  const colors = (accent: string) =>
    client.call('GET', `/api/weir/v1/portal_accents?accent_color=${encodeURIComponent(accent)}`)

  it('200: are told before it is saved, for the nearest shade that can be read', async () => {
    const { body } = await colors('#FF6600')
    expect(body.portal_accents).toMatchObject({
      nearest_accent_color: '#ba4a00',
      accents: { light: { accent: '#ba4a00' }, dark: { on_accent: '#0a1015' } },
    })
    expect((await colors('#0b6e74')).body.portal_accents.nearest_accent_color).toBe('#0b6e74')
    expect((await settings()).accents).toBeNull()
  })

  it('422: are of colors', async () => {
    for (const accent of ['', 'red', '#12']) {
      const { status, body } = await colors(accent)
      expect([status, body.error_details]).toEqual([422, { accent_color: ['invalid_format'] }])
    }
  })
})

describe('the files of the look', () => {
  const dataUrl = (type: string, bytes: Uint8Array) =>
    `data:${type};base64,${Buffer.from(bytes).toString('base64')}`
  const open = (url: string, headers: Record<string, string> = {}) => harness.app.inject({ url, headers })

  it('200: are served from our own origin for as long as they are there, by what they are', async () => {
    const font = sampleWoff2()
    const files = {
      font: dataUrl('font/woff2', font),
      favicon: dataUrl('image/png', samplePng(32, 32)),
      logo_dark: dataUrl('image/png', samplePng(64, 16)),
    }
    const { brand } = (await change(files)).body.portal_settings
    expect(brand.font_url).toMatch(/^\/api\/weir\/v1\/portal_files\/[0-9a-f]{64}$/)
    const answer = await open(brand.font_url)
    expect(answer.statusCode).toBe(200)
    expect(answer.rawPayload.equals(Buffer.from(font))).toBe(true)
    expect(answer.headers).toMatchObject({
      'content-type': 'font/woff2',
      'cache-control': 'public, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'same-origin',
    })
    expect(answer.headers['content-security-policy']).toContain("default-src 'none'")
    expect((await open(brand.font_url, { 'if-none-match': String(answer.headers.etag) })).statusCode).toBe(
      304,
    )
    expect((await open(brand.favicon_url)).headers['content-type']).toBe('image/png')
    // Whoever opens the portal is told where they are.
    await addCustomer(client, 'globex')
    const { session } = (await (await buyerOf(harness, client, 'globex')).call('GET', '/session')).body
    expect(session.brand).toMatchObject(
      Object.fromEntries(Object.keys(NO_FILES).map((key) => [key, brand[key]])),
    )
    // What is not sent stays, and another file has another address.
    const other = (await change({ logo_dark: dataUrl('image/png', samplePng(32, 8)), favicon: null })).body
    expect(other.portal_settings.brand).toMatchObject({ font_url: brand.font_url, favicon_url: null })
    expect(other.portal_settings.brand.logo_dark_url).not.toBe(brand.logo_dark_url)
    expect((await open(brand.favicon_url)).statusCode).toBe(404)
    await change({ font: null, logo_dark: null })
    expect((await settings()).brand).toMatchObject(NO_FILES)
    expect((await open(brand.font_url)).statusCode).toBe(404)
  })

  it('404: for what is no hash', async () => {
    for (const hash of ['x', '0'.repeat(64), '..%2f..', `${'0'.repeat(63)}'`])
      expect((await open(`/api/weir/v1/portal_files/${hash}`)).statusCode).toBe(404)
  })
})
