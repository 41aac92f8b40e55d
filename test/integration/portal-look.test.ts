import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ok } from '../support/billing-fixtures.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'
import { addCustomer } from '../support/payment-fixtures.ts'
import { buyerOf } from '../support/portal-buyer.ts'

const PATH = '/api/weir/v1/portal_settings'
const PLAIN = {
  accent_color: null,
  corners: 'soft',
  support_email: null,
  support_url: null,
  terms_url: null,
  privacy_url: null,
}

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
      ...look,
      accent_color: '#0b6e74',
    })
    await change({ terms_url: 'https://example.com/terms', corners: null })
    await ok(client, 'PUT', PATH, { portal_settings: { parts: ['invoices'] } })
    const kept = await settings()
    expect(kept.brand).toEqual({
      ...PLAIN,
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
