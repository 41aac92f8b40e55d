import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasChromium, Journey, type Place } from '../support/browser-journey.ts'
import { makeScene } from '../support/browser-scenes.ts'

const WEB = join(import.meta.dirname, '../../dist/web')
const ASSETS = join(WEB, 'assets')

/** The most that a browser has to load, in kB after gzip (docs/performance.md). */
const BUDGET = { signIn: 60, home: 170, chunk: 60, chart: 45, css: 25, portal: 90 }

const kilobytes = (bytes: number): number => Math.round(bytes / 100) / 10
const gzipped = (path: string): number => statSync(`${join(WEB, path)}.gz`).size
/** Every script that the scripts of a page name, at once or later. */
function scriptsOf(page: string): ReadonlySet<string> {
  const reached = new Set<string>()
  const follow = (text: string) => {
    for (const [, name = ''] of text.matchAll(/(?:\.|assets)\/([\w-]+\.js)\b/g)) {
      if (reached.has(name)) continue
      reached.add(name)
      follow(readFileSync(join(ASSETS, name), 'utf8'))
    }
  }
  follow(readFileSync(join(WEB, page), 'utf8'))
  return reached
}

const sum = (paths: Iterable<string>): number =>
  kilobytes([...paths].reduce((total, path) => total + gzipped(path), 0))

/** Keeps the scripts and the styles that a page loads, and every address that is not the server's. */
function watch(page: Page, url: string) {
  const loaded = { scripts: new Set<string>(), styles: new Set<string>(), foreign: new Set<string>() }
  page.on('request', (request) => {
    const { origin, pathname, protocol } = new URL(request.url())
    if (protocol === 'data:' || protocol === 'blob:') return
    if (origin !== url) loaded.foreign.add(request.url())
    else if (pathname.endsWith('.js')) loaded.scripts.add(pathname)
    else if (pathname.endsWith('.css')) loaded.styles.add(pathname)
  })
  return loaded
}

describe.runIf(hasChromium)('what a browser has to load', () => {
  let journey: Journey
  let place: Place

  beforeAll(async () => {
    journey = await Journey.start('bundles')
    place = await journey.sandbox('Bundles')
    await makeScene(place)
  })
  afterAll(() => journey?.end())

  it('is little for signing in, for home and for each further page', async () => {
    const page = await journey.open()
    const signIn = watch(page, journey.url)
    await page.goto('/login')
    await page.getByRole('button', { name: 'Sign in' }).waitFor()
    await page.waitForLoadState('networkidle')
    expect(signIn.scripts.size).toBeGreaterThan(0)
    expect.soft(sum(signIn.scripts), 'scripts of the sign-in, kB').toBeLessThanOrEqual(BUDGET.signIn)

    await journey.signIn(page, `/${place.slug}`)
    await page.getByRole('heading', { name: 'Home', level: 1 }).waitFor()
    await page.waitForLoadState('networkidle')
    await page.context().newPage()
    const [, fresh] = page.context().pages()
    if (!fresh) throw new Error('there is no second page')
    const home = watch(fresh, journey.url)
    await fresh.goto(`/${place.slug}`)
    await fresh.getByRole('heading', { name: 'Home', level: 1 }).waitFor()
    await fresh.waitForLoadState('networkidle')
    expect.soft(sum(home.scripts), 'scripts of the shell and home, kB').toBeLessThanOrEqual(BUDGET.home)
    expect([...signIn.foreign, ...home.foreign], 'addresses of others').toEqual([])

    const later = readdirSync(ASSETS)
      .filter((name) => name.endsWith('.js'))
      .map((name) => `/assets/${name}`)
      .filter((path) => !home.scripts.has(path) && !signIn.scripts.has(path))
    expect(later.length).toBeGreaterThan(10)
    const large = later.filter((path) => sum([path]) > BUDGET.chunk)
    expect.soft(large, 'further scripts beyond their budget').toEqual([])
  })

  it('is little for charts and styles', () => {
    const names = readdirSync(ASSETS)
    const charts = names.filter((name) => /chart|curve/.test(name) && name.endsWith('.js'))
    expect(charts.length).toBeGreaterThan(0)
    expect.soft(sum(charts.map((name) => `/assets/${name}`)), 'charts, kB').toBeLessThanOrEqual(BUDGET.chart)
    const styles = names.filter((name) => name.endsWith('.css')).map((name) => `/assets/${name}`)
    expect(styles.length).toBeGreaterThan(0)
    expect.soft(sum(styles), 'all styles, kB').toBeLessThanOrEqual(BUDGET.css)
  })

  it('is nothing of the dashboard in the portal and on the page to sign in', () => {
    const [, dashboard = ''] =
      /<script type="module" crossorigin src="\/assets\/([^"]+)"/.exec(
        readFileSync(join(WEB, 'index.html'), 'utf8'),
      ) ?? []
    expect(scriptsOf('index.html').has(dashboard)).toBe(true)
    expect(scriptsOf('index.html').size).toBeGreaterThan(50)
    for (const page of ['portal.html', 'login.html']) {
      const scripts = scriptsOf(page)
      expect(scripts.size, page).toBeGreaterThan(1)
      expect([...scripts], page).not.toContain(dashboard)
    }
  })

  it('is little for the first page of the portal', async () => {
    const { customer } = await place.api('GET', '/customers/c/portal_url')
    const page = await journey.open()
    const portal = watch(page, new URL(customer.portal_url).origin)
    await page.goto(customer.portal_url)
    await page.getByRole('heading').first().waitFor()
    await page.waitForLoadState('networkidle')
    expect(portal.scripts.size).toBeGreaterThan(0)
    expect.soft(sum(portal.scripts), 'scripts of the portal, kB').toBeLessThanOrEqual(BUDGET.portal)
    expect([...portal.foreign], 'addresses of others').toEqual([])
    expect(readFileSync(join(WEB, 'portal.html'), 'utf8')).not.toMatch(/https?:\/\//)
  })
})
