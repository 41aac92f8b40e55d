import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page, Response } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BUILT_IN_ROLES, MEMBER_PERMISSIONS } from '../../src/core/members/member-permissions.ts'
import { openingBy } from '../../web/src/page-permissions.ts'
import { hasChromium, Journey } from '../support/browser-journey.ts'
import { makeScene } from '../support/browser-scenes.ts'

/** The routes below `/{org}`, read as text: the modules that they load are the browser's. */
const ROUTES = ['routes.ts', 'money-routes.ts'].flatMap((file) => {
  const text = readFileSync(join(import.meta.dirname, '../../web/src', file), 'utf8')
  const pages = text.slice(text.search(/export const (MONEY_)?PAGES/))
  return [...pages.matchAll(/^ {2}\[\s*'(\/[^']*)',/gm)].map(([, route = '']) => route)
})

/** What stands for a parameter, by the beginning of the route. Elsewhere it names nothing that exists. */
const THINGS: Readonly<Record<string, string>> = {
  metrics: 'tokens',
  plans: 'pro',
  customers: 'c',
  subscriptions: 's',
  analytics: 'mrr',
  'settings/roles': 'finance',
}
const NOTHING = '00000000-0000-4000-8000-000000000000'

function addressOf(route: string): string {
  const [, first = '', second = ''] = route.split('/')
  const thing = THINGS[first] ?? THINGS[`${first}/${second}`] ?? NOTHING
  return route.replaceAll('$tab', 'overview').replaceAll(/\$\w+/g, thing)
}

/** Goes somewhere without loading the dashboard anew, and waits until nothing loads there. */
async function goTo(page: Page, path: string): Promise<void> {
  if (new URL(page.url()).pathname === path) return
  // The page before stays until the code of the next one is there.
  await page.evaluate(`document.querySelector('main h1')?.setAttribute('data-left', '')
    history.pushState({}, '', ${JSON.stringify(path)})`)
  await page.waitForURL((url) => url.pathname === path)
  await page.locator('main h1:not([data-left])').first().waitFor()
  await page.locator('[aria-busy="true"]').first().waitFor({ state: 'detached' })
}

describe.runIf(hasChromium)('J30: every page, as each role', () => {
  let journey: Journey

  beforeAll(async () => {
    journey = await Journey.start('j30-walk')
  })
  afterAll(() => journey?.end())

  it.each<readonly [string, readonly string[]]>([
    ['admin', MEMBER_PERMISSIONS],
    ['finance', BUILT_IN_ROLES.finance ?? []],
    ['manager', BUILT_IN_ROLES.manager ?? []],
    ['reader', MEMBER_PERMISSIONS.filter((permission) => permission.endsWith(':view'))],
    // A role allows something; no page needs this.
    ['nobody', ['payment_receipts:view']],
  ])('shows %s what the role allows, and asks for nothing else', async (role, permissions) => {
    const place = await journey.sandbox(
      `Walk ${role}`,
      [role],
      role in BUILT_IN_ROLES ? {} : { [role]: permissions },
    )
    await makeScene(place)
    const page = await journey.open()
    const wrong: string[] = []
    let route = '/'
    page.on('response', (response: Response) => {
      const status = response.status()
      const { pathname } = new URL(response.url())
      if (status === 403 || status >= 500) wrong.push(`${route}: ${pathname} was answered with ${status}`)
    })
    await journey.signIn(page, `/${place.slug}`)
    const opens = openingBy(ROUTES)
    for (route of ROUTES) {
      const address = addressOf(route)
      await goTo(page, `/${place.slug}${address === '/' ? '' : address}`).catch((cause: unknown) => {
        throw new Error(`${route} is not drawn`, { cause })
      })
      const has = async (name: string) => (await page.getByRole('heading', { name }).count()) > 0
      const isOpen = !(await has('You may not see this'))
      if (isOpen !== opens(address, (permission) => permissions.includes(permission))) {
        wrong.push(`${route} is ${isOpen ? 'open' : 'shut'}`)
      }
      if (await has('This page broke')) wrong.push(`${route} broke`)
    }
    expect(ROUTES.length).toBeGreaterThan(80)
    expect(wrong).toEqual([])
  })
})
