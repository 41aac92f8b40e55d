import { readFileSync, statSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Browser, chromium, type Frame, type FrameLocator, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type FakeStripe, startStripe } from '../fakes/stripe.ts'
import { hasChromium, Journey, loaded, type Place } from '../support/browser-journey.ts'
import { makeScene, sendEvent } from '../support/browser-scenes.ts'
import { CHROMIUM_ARGUMENTS, findChromium } from '../support/chromium.ts'

const SETTINGS = '/api/weir/v1/portal_settings'
/** Browsers that keep no cookies of third parties; those that are kept apart for each site around them are none. */
const NO_THIRD_PARTIES = '--test-third-party-cookie-phaseout'

/**
 * The pages of somebody's product, on another site than the portal's; `origin` is theirs. `cookies` are those that came
 * with requests to a path of the portal: cookies know no ports.
 */
type Host = { readonly origin: string; readonly server: Server; readonly cookies: string[] }

/**
 * Serves a page that embeds what its query names, by the element or by a plain frame, under a policy that allows only
 * what it needs. What the element tells is in `data-expired` of the page.
 */
async function startHost(portal: string): Promise<Host> {
  const cookies: string[] = []
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://host.invalid')
    if (url.pathname === '/host.js') {
      response.writeHead(200, { 'content-type': 'text/javascript' }).end(HOST_SCRIPT)
      return
    }
    if (url.pathname === '/evil') {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Evil</h1>')
      return
    }
    if (url.pathname.startsWith('/api/')) {
      cookies.push(request.headers.cookie ?? '')
      response.writeHead(204).end()
      return
    }
    const src = url.searchParams.get('src') ?? ''
    const shown =
      url.pathname === '/plain'
        ? `<iframe title="Billing" src="${src}" referrerpolicy="origin"></iframe>`
        : `<weir-portal src="${src}" title="Billing"></weir-portal>`
    response
      .writeHead(200, {
        'content-type': 'text/html; charset=utf-8',
        'referrer-policy': 'no-referrer',
        'content-security-policy': `default-src 'none'; script-src 'self' ${portal}; frame-src ${portal}`,
      })
      .end(
        `<!doctype html><html lang="en"><title>Shop</title><script src="${portal}/portal/embed.js" async></script>` +
          `<script src="/host.js"></script><main><h1>Your account</h1>${shown}<p>End of the account</p></main></html>`,
      )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  // The other name of this machine is another site.
  const name = new URL(portal).hostname === 'localhost' ? '127.0.0.1' : 'localhost'
  return { origin: `http://${name}:${port}`, server, cookies }
}

const HOST_SCRIPT = `
document.documentElement.dataset.expired = '0'
addEventListener('expired', () => { document.documentElement.dataset.expired -= -1 }, true)
addEventListener('message', ({ origin, data }) => {
  document.documentElement.dataset.heard = JSON.stringify([origin, data.type])
})`

describe.runIf(hasChromium)('the portal on the page of somebody else', () => {
  let journey: Journey
  let stripe: FakeStripe
  let place: Place
  let host: Host
  let strict: Browser

  beforeAll(async () => {
    stripe = await startStripe()
    journey = await Journey.start('portal-embedded', {
      WEIR_ALLOW_FAKE_PROVIDERS: '1',
      WEIR_PROVIDER_HOSTS: JSON.stringify({ stripe: stripe.url }),
    })
    strict = await chromium.launch({
      executablePath: findChromium() ?? '',
      args: [...CHROMIUM_ARGUMENTS, NO_THIRD_PARTIES],
    })
    place = await journey.sandbox('Embedded')
    await place.api('POST', '/api/weir/v1/payment_providers', {
      payment_provider: { type: 'stripe', code: 'main', name: 'Stripe', secret_key: 'sk_test_weir00a1b' },
    })
    await makeScene(place, {
      customer: {
        email: 'customer@example.com',
        billing_configuration: { payment_provider: 'stripe', sync_with_provider: true },
      },
    })
    await sendEvent(place, 'calls', {})
    await place.api('PUT', '/test_clock', { test_clock: { now: '2026-02-03T10:00:00Z' } })
    await untilLinked()
    host = await startHost(new URL(await linkOf()).origin)
  })
  afterAll(async () => {
    await strict?.close()
    await journey?.end()
    host?.server.closeAllConnections()
    host?.server.close()
    await stripe?.close()
  })

  async function untilLinked(): Promise<void> {
    for (let n = 0; n < 300; n += 1) {
      const { customer } = await place.api('GET', '/customers/c')
      if (customer.billing_configuration.provider_customer_id) return
      await sleep(100)
    }
    throw new Error('the customer is not at Stripe')
  }
  const linkOf = async (): Promise<string> =>
    (await place.api('GET', '/customers/c/portal_url')).customer.portal_url
  const allow = (origins: readonly string[]) =>
    place.api('PUT', SETTINGS, {
      portal_settings: {
        parts: ['usage', 'amounts', 'invoices', 'payment_methods', 'alerts', 'information'],
        embedding_origins: origins,
      },
    })
  const at = (src: string, path = '/') => `${host.origin}${path}?src=${encodeURIComponent(src)}`
  const inFrame = (page: Page): FrameLocator => page.frameLocator('iframe')
  const overview = (page: Page) => inFrame(page).getByRole('heading', { name: 'Overview', level: 1 })
  const frameOf = (page: Page): Frame => {
    const frame = page.frames().find((each) => each.parentFrame() !== null)
    if (!frame) throw new Error('there is no frame')
    return frame
  }
  const heightOf = async (page: Page): Promise<number> =>
    Math.round((await page.locator('iframe').boundingBox())?.height ?? 0)
  /** By how much the portal's page is higher than its frame. */
  const surplusOf = async (page: Page): Promise<number> =>
    Number(await frameOf(page).evaluate('document.documentElement.scrollHeight')) - (await heightOf(page))
  /** A window in a browser that keeps no cookies of third parties. */
  const openStrict = async (): Promise<Page> => {
    const context = await strict.newContext({ locale: 'en-US', viewport: { width: 1000, height: 700 } })
    return context.newPage()
  }

  it('takes an element of less than three kilobytes', () => {
    const file = join(import.meta.dirname, '../../dist/web/portal/embed.js')
    expect(statSync(`${file}.gz`).size).toBeLessThan(3000)
    // It works by itself.
    expect(readFileSync(file, 'utf8')).not.toMatch(/\bimport\b|https?:\/\//)
  })

  it('is allowed in the settings, where a wrong origin is told at its field', async () => {
    const page = await journey.open()
    await journey.signIn(page, `/${place.slug}/settings/portal`)
    const field = page.getByLabel('Sites that may embed the portal')
    await field.fill(`${host.origin}\nhttps://*.example.com\n`)
    await page.getByRole('button', { name: 'Save sites' }).click()
    await page.getByText('Every line is an origin such as https://app.example.com').waitFor()
    expect(await field.getAttribute('aria-invalid')).toBe('true')
    await field.scrollIntoViewIfNeeded()
    await journey.look(page, 'settings-refused')
    await field.fill(`https://app.example.com\n\n${host.origin.toUpperCase()}\n${host.origin}\n`)
    await page.getByRole('button', { name: 'Save sites' }).click()
    const snippet = page.getByRole('region', { name: 'Snippet that embeds the portal' })
    await snippet.waitFor()
    expect(await snippet.textContent()).toContain(
      '/portal/embed.js" async></script>\n<weir-portal src="PORTAL_URL">',
    )
    expect(await field.inputValue()).toBe(`https://app.example.com\n${host.origin}`)
    await snippet.scrollIntoViewIfNeeded()
    await journey.look(page, 'settings')
    expect((await place.api('GET', SETTINGS)).portal_settings.embedding_origins).toEqual([
      'https://app.example.com',
      host.origin,
    ])
  })

  it('is as high as its page, keeps what is written, and is there after both kinds of reload', async () => {
    await allow([host.origin])
    const page = await openStrict()
    await page.goto(at(await linkOf()))
    await overview(page).waitFor()
    await expect.poll(() => heightOf(page)).toBeGreaterThan(400)
    await expect.poll(() => surplusOf(page)).toBe(0)
    expect(await page.locator('iframe').getAttribute('title')).toBe('Billing')
    await journey.look(page, 'overview')
    const short = await heightOf(page)

    await inFrame(page).getByRole('link', { name: 'Your details' }).click()
    await inFrame(page).getByLabel('City').first().fill('Lyon')
    await expect.poll(() => heightOf(page)).toBeGreaterThan(short + 200)
    await expect.poll(() => surplusOf(page)).toBe(0)
    await inFrame(page).getByRole('button', { name: 'Save' }).click()
    await inFrame(page).getByText('Your details were saved.').waitFor()
    expect((await place.api('GET', '/customers/c')).customer.city).toBe('Lyon')
    await journey.look(page, 'details')

    // In the frame, by its cookie: the address has no token any more.
    expect(new URL(frameOf(page).url()).pathname).toBe('/customer-portal/information')
    await frameOf(page).evaluate('location.reload()')
    await expect.poll(() => inFrame(page).getByLabel('City').first().inputValue()).toBe('Lyon')
    await expect.poll(() => heightOf(page)).toBeGreaterThan(short + 200)
    // It gets smaller as well.
    await inFrame(page).getByRole('link', { name: 'Overview' }).first().click()
    await expect.poll(() => heightOf(page)).toBe(short)
    // The page around it, by the link once more.
    await page.reload()
    await overview(page).waitFor()
    await expect.poll(() => heightOf(page)).toBe(short)
    const cookies = await page.context().cookies()
    expect(cookies.map(({ name, path }) => `${name} ${path}`).sort()).toEqual([
      'weir_portal_framed /api/weir/v1/portal',
      'weir_portal_framed /customer-portal',
    ])
    // In a window of its own nobody is signed in by that.
    const window = await page.context().newPage()
    await window.goto(`${new URL(await linkOf()).origin}/customer-portal`)
    await window.getByRole('heading', { name: 'This link does not work any more' }).waitFor()
  })

  it('refuses what other sites do with its cookie, the one around it included', async () => {
    await allow([host.origin])
    const page = await openStrict()
    await page.goto(at(await linkOf()))
    await overview(page).waitFor()
    const url = `${new URL(await linkOf()).origin}/api/weir/v1/portal/payment_methods/setup_url`
    const pages = stripe.state.sessions.size
    // A page of the site around the frame, whose policy is not in the way: browsers send the cookie along there.
    const other = await page.context().newPage()
    await other.goto(`${host.origin}/evil`)
    const send = (init: string) =>
      other.evaluate(`fetch('${url}', { method: 'POST', credentials: 'include', ${init} })
        .then(({ status }) => status, () => 'refused')`)
    expect(await send(`headers: { 'x-weir-portal-frame': 'true' }`)).toBe('refused')
    expect(await send(`headers: { 'x-weir-portal-frame': 'true', 'x-csrf-token': 'x' }`)).toBe('refused')
    expect(await send(`headers: { 'content-type': 'application/json' }, body: '{}'`)).toBe('refused')
    // Without a preflight the request is made, and the cookie comes with it.
    const { hostname } = new URL(url)
    const echo = `http://${hostname}:${new URL(host.origin).port}/api/weir/v1/portal/echo`
    await other.evaluate(`fetch('${echo}', { method: 'POST', credentials: 'include', mode: 'no-cors' })`)
    expect(host.cookies).toEqual([expect.stringMatching(/^weir_portal_framed=[\w-]{43}$/)])
    await send(`mode: 'no-cors'`)
    const [answer] = await Promise.all([
      other.waitForResponse(url),
      other.evaluate(`(() => {
        const form = Object.assign(document.createElement('form'), { method: 'POST', action: '${url}' })
        document.body.append(form)
        form.submit()
      })()`),
    ])
    expect(answer.status()).toBe(401)
    expect(stripe.state.sessions.size).toBe(pages)
  })

  it('opens pages of providers beside the page, and files without leaving it', async () => {
    await allow([host.origin])
    const page = await openStrict()
    const context = page.context()
    await context.route('https://checkout.stripe.test/**', (route) => route.fulfill({ body: 'Stripe' }))
    await page.goto(at(await linkOf()))
    await inFrame(page).getByRole('link', { name: 'Payment methods' }).click()
    const add = inFrame(page).getByRole('button', { name: 'Add payment method' })
    const [beside] = await Promise.all([context.waitForEvent('page'), add.click()])
    await beside.waitForURL('https://checkout.stripe.test/**')
    expect(await beside.evaluate('window.opener')).toBeNull()
    const session = [...stripe.state.sessions.values()].at(-1)
    await beside.goto(session?.success_url ?? '')
    await beside.getByRole('heading', { name: 'You can close this window' }).waitFor()
    await journey.look(beside, 'returned')
    await beside.close()
    // Where the browser opens no window, there is a link.
    await frameOf(page).evaluate('window.open = () => null')
    await add.click()
    const link = inFrame(page).getByRole('link', { name: 'Open in a new window' })
    expect(await link.getAttribute('href')).toMatch(/^https:\/\/checkout\.stripe\.test\//)
    const [second] = await Promise.all([context.waitForEvent('page'), link.click()])
    await second.waitForURL('https://checkout.stripe.test/**')
    await second.close()

    await inFrame(page).getByRole('link', { name: 'Invoices' }).first().click()
    await inFrame(page).getByRole('link', { name: /^EMB/ }).first().click()
    const save = inFrame(page).getByRole('button', { name: 'Download PDF' })
    await expect
      .poll(
        async () => {
          const file = page.waitForEvent('download', { timeout: 3000 }).catch(() => null)
          await save.click()
          return (await file)?.suggestedFilename()
        },
        { timeout: 60_000 },
      )
      .toMatch(/\.pdf$/)
    await inFrame(page).getByRole('heading', { level: 1, name: /^EMB/ }).waitFor()
    expect(new URL(page.url()).origin).toBe(host.origin)
  })

  it('shows its dialogs where the reader is', async () => {
    await allow([host.origin])
    const page = await openStrict()
    await page.setViewportSize({ width: 1000, height: 500 })
    await page.goto(at(await linkOf()))
    await inFrame(page).getByRole('link', { name: 'Alerts' }).click()
    const changes = inFrame(page).getByRole('button', { name: /^Change/ })
    for (let n = 1; n <= 10; n += 1) {
      await inFrame(page)
        .getByLabel('Amount (EUR)')
        .fill(String(100 * n))
      await inFrame(page).getByRole('button', { name: 'Add alert' }).click()
      await changes.nth(n - 1).waitFor()
    }
    expect(await heightOf(page)).toBeGreaterThan(1000)
    const dialog = inFrame(page).getByRole('dialog')
    for (const change of [changes.last(), changes.first()]) {
      await change.click()
      await dialog.waitFor()
      const { y = -1, height = 0 } = (await dialog.boundingBox()) ?? {}
      expect(y).toBeGreaterThanOrEqual(0)
      expect(y + height).toBeLessThanOrEqual(500)
      await journey.look(page, 'dialog')
      await dialog.getByRole('button', { name: 'Cancel' }).click()
      await dialog.waitFor({ state: 'detached' })
    }
  })

  it('is seen on no other site, and tells the element nothing', async () => {
    await allow(['https://app.example.com'])
    const page = await openStrict()
    await page.goto(at(await linkOf()))
    // The element gives up once, and does not ask for link after link.
    await expect.poll(() => page.evaluate('document.documentElement.dataset.expired')).toBe('1')
    expect(await overview(page).count()).toBe(0)
    expect(await page.evaluate('document.documentElement.dataset.heard')).toBeUndefined()
    expect(await page.context().cookies()).toEqual([])
    await page
      .locator('weir-portal')
      .evaluate((element, src) => element.setAttribute('src', src), await linkOf())
    await page.waitForTimeout(5000)
    expect(await page.evaluate('document.documentElement.dataset.expired')).toBe('1')
    await journey.look(page, 'not-allowed')
  })

  it('tells that its session is over, and goes on with a new link', async () => {
    await allow([host.origin])
    const page = await openStrict()
    await page.goto(at(await linkOf()))
    await overview(page).waitFor()
    // What is still being read would find out before the click.
    await loaded(page)
    await page.context().clearCookies()
    await inFrame(page).getByRole('link', { name: 'Your details' }).click()
    await inFrame(page).getByRole('heading', { name: 'This link does not work any more' }).waitFor()
    await expect.poll(() => page.evaluate('document.documentElement.dataset.expired')).toBe('1')
    await journey.look(page, 'over')
    const steps = await page.evaluate('history.length')
    await page
      .locator('weir-portal')
      .evaluate((element, src) => element.setAttribute('src', src), await linkOf())
    await overview(page).waitFor()
    expect(await page.evaluate('history.length')).toBe(steps)
    expect(await page.locator('iframe').count()).toBe(1)
    // Messages of others, and of this page itself, change nothing.
    await loaded(page)
    await expect.poll(() => heightOf(page)).toBeGreaterThan(500)
    const height = await heightOf(page)
    await page.evaluate(`postMessage({ type: 'weir-portal:height', height: 7 }, '*')`)
    await page.waitForTimeout(300)
    expect(await heightOf(page)).toBe(height)
    // No address of a script is ever opened.
    await page
      .locator('weir-portal')
      .evaluate((element) => element.setAttribute('src', 'javascript:alert(1)'))
    await expect.poll(() => page.locator('iframe').count()).toBe(0)
  })

  it('tells that a link is over which cannot be shown, and goes on with a new one', async () => {
    await allow([host.origin])
    const page = await openStrict()
    const link = await linkOf()
    await page.goto(at(`${link.slice(0, -1)}${link.endsWith('A') ? 'B' : 'A'}`))
    await expect.poll(() => page.evaluate('document.documentElement.dataset.expired')).toBe('1')
    await page.evaluate(`document.querySelector('weir-portal').src = '${link}'`)
    await overview(page).waitFor()
    expect(await page.evaluate(`document.querySelector('weir-portal').src`)).toBe(link)
    // From then on, silence is told once more.
    await page.evaluate(`document.querySelector('weir-portal').src = '${link}x'`)
    await expect.poll(() => page.evaluate('document.documentElement.dataset.expired')).toBe('2')
  })

  it('works in a plain frame, and says what to do where no cookie is kept', async () => {
    await allow([host.origin])
    const page = await openStrict()
    await page.goto(at(await linkOf(), '/plain'))
    await overview(page).waitFor()
    await expect
      .poll(() => page.evaluate('document.documentElement.dataset.heard'))
      .toBe(JSON.stringify([new URL(await linkOf()).origin, 'weir-portal:height']))

    const blocked = await openStrict()
    await blocked.route('**/api/weir/v1/portal/session', (route) =>
      // As it answers where the cookie of the request before has not been kept.
      route.request().method() === 'GET'
        ? route.fulfill({ status: 401, json: { status: 401, code: 'portal_session_required' } })
        : route.continue(),
    )
    await blocked.goto(at(await linkOf()))
    await inFrame(blocked)
      .getByRole('heading', { name: 'Your browser does not keep you signed in here' })
      .waitFor()
    await expect.poll(() => surplusOf(blocked)).toBe(0)
    await journey.look(blocked, 'no-cookies')
    const link = inFrame(blocked).getByRole('link', { name: 'Open in a new window' })
    const [window] = await Promise.all([blocked.context().waitForEvent('page'), link.click()])
    await window.getByRole('heading', { name: 'Overview', level: 1 }).waitFor()
  })
})
