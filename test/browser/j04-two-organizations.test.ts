import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasChromium, Journey, type Place } from '../support/browser-journey.ts'
import { makeScene } from '../support/browser-scenes.ts'

describe.runIf(hasChromium)('J04: somebody in two organizations', () => {
  let journey: Journey
  let first: Place
  let second: Place

  beforeAll(async () => {
    journey = await Journey.start('j04')
    first = await journey.sandbox('First')
    second = await journey.sandbox('Second')
    await makeScene(first, { customer: { name: 'Only in the first' } })
    await makeScene(second, { customer: { external_id: 'c', name: 'Only in the second' } })
    await first.api('POST', '/customers', {
      customer: { external_id: 'a-only', name: 'Secret of the first' },
    })
  })
  afterAll(() => journey?.end())

  it('never sees one in the other; a link goes where it points, and a switch goes to Home', async () => {
    const page = await journey.open()
    const asked: string[] = []
    page.on('response', (response) => {
      if (response.url().includes('/api/'))
        asked.push(response.request().headers()['x-weir-organization'] ?? '')
    })
    await journey.signIn(page, `/${second.slug}/customers/c`)
    await page.getByRole('heading', { name: 'Only in the second', level: 1 }).waitFor()

    // What exists in the first alone is nothing here.
    await page.goto(`/${second.slug}/customers/a-only`)
    await page.getByRole('heading', { name: 'Nothing here' }).waitFor()
    expect(await page.getByText('Secret of the first').count()).toBe(0)
    expect(await page.getByText('This does not exist in Second').count()).toBe(1)
    await journey.look(page, 'not-here')
    await page.keyboard.press('Control+K')
    await page.keyboard.type('Secret of the first')
    await page.getByRole('dialog', { name: 'Search' }).getByText('Nothing found.').waitFor()
    await page.keyboard.press('Escape')

    // The link of the first opens the first.
    await page.goto(`/${first.slug}/customers/a-only`)
    await page.getByRole('heading', { name: 'Secret of the first', level: 1 }).waitFor()
    await expect.poll(() => page.title()).toBe('Secret of the first · First · Weir')
    await page.getByRole('button', { name: 'First', exact: true }).click()
    await journey.look(page, 'switch')
    await page.getByRole('menuitem', { name: 'Second (sandbox)' }).click()
    await page.waitForURL((url) => url.pathname.replace(/\/$/, '') === `/${second.slug}`)
    await expect.poll(() => page.title()).toContain('Second')
    await page.waitForLoadState('networkidle')
    // Nothing of the first is asked for any more once the second is open.
    asked.length = 0
    await page.getByRole('link', { name: 'Subscriptions' }).click()
    await page.getByRole('heading', { name: 'Subscriptions', level: 1 }).waitFor()
    await page.waitForLoadState('networkidle')
    expect(asked).toContain(second.slug)
    expect(asked).not.toContain(first.slug)
    await page.goto(`/${second.slug}/customers`)
    const customers = page.getByRole('region', { name: 'customers' })
    await customers.getByRole('link').first().waitFor()
    expect(await customers.getByRole('row').count()).toBe(2)
    const { customers: own } = await second.api('GET', '/customers')
    expect(own).toMatchObject([{ name: 'Only in the second' }])
    expect(await page.getByText('Secret of the first').count()).toBe(0)
  })
})
