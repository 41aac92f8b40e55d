import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type FakeDns, startDns } from '../fakes/dns.ts'
import { hasChromium, Journey, type Place, tooWide } from '../support/browser-journey.ts'
import { makeScene, sendEvent } from '../support/browser-scenes.ts'
import { CHROMIUM_ARGUMENTS, findChromium } from '../support/chromium.ts'
import { samplePng } from '../support/document-gallery.ts'
import { sampleWoff2 } from '../support/sample-font.ts'

const DOMAIN = 'portal.seller.example'
const FONT = { name: 'own.woff2', mimeType: 'font/woff2', buffer: Buffer.from(sampleWoff2()) }
const picture = (width: number, height: number) => ({
  name: `${width}x${height}.png`,
  mimeType: 'image/png',
  buffer: Buffer.from(samplePng(width, height)),
})
/** The typeface in which the page shows its heading. */
const SHOWN_FONT = `getComputedStyle(document.querySelector('h1')).fontFamily.split(',')[0]`
const LOADED_FONTS = `[...document.fonts].map(({ family, status }) => family.replaceAll('"', '') + ' ' + status)`

describe.runIf(hasChromium)('J26: the look of the portal', () => {
  let journey: Journey
  let place: Place
  let dns: FakeDns
  let elsewhere: Browser

  beforeAll(async () => {
    dns = await startDns()
    journey = await Journey.start('j26-brand', { WEIR_DNS_SERVERS: dns.address })
    // As if every name below .example were in the DNS and led to this server.
    elsewhere = await chromium.launch({
      executablePath: findChromium() ?? '',
      args: [...CHROMIUM_ARGUMENTS, '--host-resolver-rules=MAP *.example 127.0.0.1'],
    })
    place = await journey.sandbox('Seller')
    await makeScene(place, { customer: { country: 'FR' } })
    await sendEvent(place, 'calls', {})
    await place.api('PUT', '/test_clock', { test_clock: { now: '2026-02-03T10:00:00Z' } })
  })
  afterAll(async () => {
    await elsewhere?.close()
    await journey?.end()
    await dns?.close()
  })

  const linkOf = async (): Promise<string> =>
    (await place.api('GET', '/customers/c/portal_url')).customer.portal_url
  const enter = async (options: { dark?: boolean; width?: number } = {}): Promise<Page> => {
    const page = await journey.open(options)
    await page.goto(await linkOf())
    await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor()
    await page.waitForLoadState('networkidle')
    return page
  }
  const settings = async () => (await place.api('GET', '/api/weir/v1/portal_settings')).portal_settings

  it('is seen before it is saved, with what a customer has, in both themes', async () => {
    const page = await journey.open()
    await journey.signIn(page, `/${place.slug}/settings/portal/look`)
    await page.getByLabel('Accent color', { exact: true }).fill('#8a1538')
    await page.getByRole('radio', { name: /^Round/ }).check()
    await page.getByLabel('Font', { exact: true }).setInputFiles(FONT)
    await page.getByLabel('Icon of the tab').setInputFiles(picture(32, 32))
    await page.getByLabel('Logo on dark surfaces').setInputFiles(picture(120, 30))
    await page.getByLabel('Terms').fill('https://seller.example/terms')
    const preview = page.getByRole('region', { name: 'Preview' })
    await preview.locator('.look-top').getByText('Customer One').waitFor()
    await preview.getByText('€29.50').waitFor()
    await preview.getByText('Terms').waitFor()
    await preview.getByText('Powered by Weir').waitFor()
    await expect.poll(() => page.evaluate(LOADED_FONTS)).toContain('Weir preview loaded')
    const button = preview.getByText('Pay now')
    const colorOf = () =>
      page.evaluate(`getComputedStyle(document.querySelector('.look-button')).backgroundColor`)
    await expect.poll(colorOf).toBe('rgb(138, 21, 56)')
    await button.scrollIntoViewIfNeeded()
    await journey.look(page, 'preview-light')
    await page.getByLabel('Theme of the preview').selectOption('dark')
    await expect.poll(colorOf).not.toBe('rgb(138, 21, 56)')
    await preview.getByRole('img', { name: 'Seller' }).waitFor()
    await button.scrollIntoViewIfNeeded()
    await journey.look(page, 'preview-dark')
    // Nothing of it is there for customers yet.
    expect((await settings()).brand.accent_color).toBeNull()
    await page.getByRole('switch', { name: 'Powered by Weir' }).uncheck()
    expect(await preview.getByText('Powered by Weir').count()).toBe(0)
    await page.getByRole('button', { name: 'Save look' }).click()
    await page.getByText('The look of the portal was saved.').waitFor()
    await journey.look(page, 'saved')
    expect((await settings()).brand).toMatchObject({ accent_color: '#8a1538', powered_by: false })
  })

  it('a file of another kind is refused beside its field, and the form fits a small window', async () => {
    const page = await journey.open({ width: 390, dark: true })
    await journey.signIn(page, `/${place.slug}/settings/portal/look`)
    await page
      .getByLabel('Font', { exact: true })
      .setInputFiles({ name: 'own.ttf', mimeType: 'font/ttf', buffer: Buffer.from('\0\x01\0\0 not a font') })
    await page.getByRole('button', { name: 'Save look' }).click()
    await page.getByText('This is not a file of the kind that is needed.').first().waitFor()
    expect(await tooWide(page)).toEqual([])
    // At the end of the page the buttons of the form lie over nothing.
    await page.evaluate('scrollTo(0, document.body.scrollHeight)')
    await journey.look(page, 'refused-small')
    expect((await settings()).brand.font_url).not.toBeNull()
  })

  it('is what customers see, from our own origin alone', async () => {
    const foreign: string[] = []
    const link = await linkOf()
    const page = await journey.open()
    page.on('request', (request) => {
      const { protocol, origin } = new URL(request.url())
      if (protocol.startsWith('http') && origin !== new URL(link).origin) foreign.push(request.url())
    })
    await page.goto(link)
    await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor()
    await expect.poll(() => page.evaluate(LOADED_FONTS)).toContain('Weir brand loaded')
    expect(await page.evaluate(SHOWN_FONT)).toBe('"Weir brand"')
    const icon = await page.locator('link[rel="icon"]').getAttribute('href')
    expect(icon).toBe((await settings()).brand.favicon_url)
    expect(await page.getByText('Powered by').count()).toBe(0)
    expect(await page.getByRole('link', { name: 'Terms' }).getAttribute('href')).toBe(
      'https://seller.example/terms',
    )
    expect(await page.getByRole('img', { name: 'Seller' }).count()).toBe(0)
    await journey.look(page, 'customers-light')
    const small = await enter({ dark: true, width: 390 })
    await small.getByRole('img', { name: 'Seller' }).waitFor()
    expect(await tooWide(small)).toEqual([])
    await journey.look(small, 'customers-dark-small')
    expect(foreign).toEqual([])
  })

  it('prints without what is for the screen, on both kinds of paper', async () => {
    const page = await enter({ dark: true })
    await page.getByRole('link', { name: 'Invoices', exact: true }).first().click()
    await page.getByRole('link', { name: /^SEL/ }).first().click()
    await page.getByRole('heading', { level: 1, name: /SEL/ }).waitFor()
    await page.waitForLoadState('networkidle')
    await page.emulateMedia({ media: 'print' })
    for (const hidden of [
      '.portal-nav',
      '.portal-foot',
      '.portal-language',
      '.portal-open',
      '.portal-top button',
    ])
      expect([hidden, await page.locator(hidden).first().isVisible()]).toEqual([hidden, false])
    const [text, surface] = (await page.evaluate(
      `['color', 'backgroundColor'].map((name) => getComputedStyle(document.body)[name])`,
    )) as string[]
    // Paper is white, whatever the theme of the screen is.
    expect([text, surface]).toEqual(['rgb(20, 32, 43)', 'rgb(255, 255, 255)'])
    // As wide as the paper is between its margins.
    for (const [format, width] of [
      ['A4', 718],
      ['Letter', 740],
    ] as const) {
      await page.setViewportSize({ width, height: 900 })
      expect([format, await tooWide(page)]).toEqual([format, []])
      await journey.look(page, `print-${format.toLowerCase()}`, ['color-contrast'])
      const file = (await page.pdf({ format })).toString('latin1')
      expect([format, file.match(/\/Type\s*\/Page\b/g)?.length]).toEqual([format, 1])
    }
  })

  it('has a domain of its own once that is proven, and nothing else is there', async () => {
    const page = await journey.open()
    await journey.signIn(page, `/${place.slug}/settings/portal`)
    await page.getByLabel('Domain of the portal').fill(DOMAIN)
    await page.getByRole('button', { name: 'Save domain' }).click()
    await page.getByText('The record that proves it was not found.').waitFor()
    const value = page.getByText(/^weir-portal=[0-9a-f]{32}$/)
    await page.getByText(`_weir-portal.${DOMAIN}`).waitFor()
    await value.scrollIntoViewIfNeeded()
    await journey.look(page, 'domain-unproven')
    dns.texts.set(`_weir-portal.${DOMAIN}`, [(await value.textContent()) ?? ''])
    await page.getByRole('button', { name: 'Save domain' }).click()
    await value.waitFor({ state: 'detached' })
    await expect.poll(async () => (await settings()).domain).toBe(DOMAIN)

    const link = await linkOf()
    expect(link).toMatch(new RegExp(`^http://${DOMAIN}:\\d+/customer-portal/[\\w-]{92}$`))
    const buyer = await elsewhere.newPage()
    await buyer.goto(link)
    await buyer.getByRole('heading', { name: 'Overview', level: 1 }).waitFor()
    await expect.poll(() => buyer.evaluate(LOADED_FONTS)).toContain('Weir brand loaded')
    expect(new URL(buyer.url()).pathname).toBe('/customer-portal')
    await buyer.getByRole('link', { name: 'Your details' }).click()
    await buyer.getByLabel('City').first().fill('Lyon')
    await buyer.getByRole('button', { name: 'Save' }).click()
    await buyer.getByText('Your details were saved.').waitFor()
    const { origin } = new URL(link)
    await buyer.goto(`${origin}/login`)
    // No page to sign in: the portal goes on, as at every other address there.
    await buyer.getByRole('navigation', { name: 'Pages' }).waitFor()
    expect(await buyer.getByLabel('Password').count()).toBe(0)
    await buyer.goto(`${origin}/`)
    await buyer.getByRole('heading', { name: 'Overview', level: 1 }).waitFor()
    expect(await buyer.evaluate(`fetch('/api/v1/customers').then(({ status }) => status)`)).toBe(404)
  })
})
