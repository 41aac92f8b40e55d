import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { simpleParser } from 'mailparser'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasChromium, Journey, type Place, tooWide } from '../support/browser-journey.ts'
import { makeScene, sendEvent } from '../support/browser-scenes.ts'

describe.runIf(hasChromium)('J26: alerts in the portal', () => {
  let journey: Journey
  let place: Place
  let mails: string

  beforeAll(async () => {
    mails = await mkdtemp(join(tmpdir(), 'weir-mails-'))
    journey = await Journey.start('j26-alerts', {
      WEIR_MAIL_SINK: `folder:${mails}`,
      LAGO_FROM_EMAIL: 'weir@weir.example',
    })
    place = await journey.sandbox('Seller')
    await makeScene(place, { customer: { email: 'ada@customer.example', country: 'FR' } })
    await place.api('POST', '/wallets', {
      wallet: {
        ...{ external_customer_id: 'c', name: 'Prepaid', code: 'w', currency: 'EUR' },
        ...{ rate_amount: '1', granted_credits: '80' },
      },
    })
  })
  afterAll(async () => {
    await journey?.end()
    if (mails) await rm(mails, { recursive: true, force: true })
  })

  const enter = async (options: { dark?: boolean; width?: number } = {}): Promise<Page> => {
    const page = await journey.open(options)
    const { customer } = await place.api('GET', '/customers/c/portal_url')
    await page.goto(customer.portal_url)
    await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor()
    await page.waitForLoadState('networkidle')
    return page
  }
  const move = (now: string) => place.api('PUT', '/test_clock', { test_clock: { now } })
  /** The subjects of the mails, once there are so many. */
  const mailed = async (count: number): Promise<readonly (string | undefined)[]> => {
    for (let n = 0; n < 300; n += 1) {
      const files = (await readdir(mails)).filter((name) => name.endsWith('.eml'))
      if (files.length >= count) {
        const read = await Promise.all(
          files.map(async (name) => simpleParser(await readFile(join(mails, name)))),
        )
        return read.map(({ subject }) => subject)
      }
      await sleep(100)
    }
    throw new Error(`no ${count} mails were written`)
  }

  it('are not there until a member switches them on', async () => {
    const buyer = await enter()
    expect(await buyer.getByRole('link', { name: 'Alerts' }).count()).toBe(0)
    const page = await journey.open()
    await journey.signIn(page, `/${place.slug}/settings/portal`)
    const alerts = page.getByRole('switch', { name: 'Alerts', exact: true })
    expect(await alerts.isChecked()).toBe(false)
    await alerts.check()
    await page.waitForLoadState('networkidle')
    await journey.look(page, 'switched-on')
    const { portal_settings: settings } = await place.api('GET', '/api/weir/v1/portal_settings')
    expect(settings.parts).toContain('alerts')
    await buyer.reload()
    await buyer.getByRole('link', { name: 'Alerts' }).click()
    await buyer.getByText('There is no alert yet.').waitFor()
    await journey.look(buyer, 'none')
  })

  it('are set on usage and on a balance, with what is wrong said beside the field', async () => {
    const page = await enter()
    await page.getByRole('link', { name: 'Alerts' }).click()
    const amount = page.getByLabel('Amount (EUR)')
    const add = page.getByRole('button', { name: 'Add alert' })
    await add.click()
    await page.getByText('Please fill this in.').waitFor()
    await amount.fill('ten')
    await add.click()
    await page.getByText('This number is not clear.').waitFor()
    await journey.look(page, 'refused')
    await amount.fill('10.00')
    await add.click()
    await page.getByText('The alert was added.').waitFor()
    await page.getByRole('heading', { name: 'Usage: Main' }).waitFor()
    await amount.fill('10')
    await add.click()
    await page.getByText('There is an alert at this amount already.').waitFor()
    await page.getByLabel('What to watch').selectOption({ label: 'Balance: Prepaid' })
    await amount.fill('50')
    await add.click()
    await page.getByText('When the balance falls to €50.00').waitFor()
    await journey.look(page, 'set')
    // With the keyboard alone: the dialog takes the focus and gives it back.
    const change = page.getByRole('button', { name: 'Change: Usage: Main, €10.00' })
    await change.focus()
    await page.keyboard.press('Enter')
    const dialog = page.getByRole('dialog', { name: 'Usage: Main' })
    await dialog.getByLabel('Amount (EUR)').fill('12.5')
    await journey.look(page, 'change')
    await page.keyboard.press('Enter')
    await page.getByText('When usage reaches €12.50').waitFor()
    await page.getByRole('button', { name: 'Remove: Balance: Prepaid, €50.00' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click()
    await page.getByRole('heading', { name: 'Balance: Prepaid' }).waitFor({ state: 'detached' })
    await page.getByLabel('What to watch').selectOption({ label: 'Balance: Prepaid' })
    await amount.fill('60')
    await add.click()
    await page.getByText('When the balance falls to €60.00').waitFor()
  })

  it('are told of on the overview and by mail, once each', async () => {
    await sendEvent(place, 'tokens', { tokens: 1300 })
    const { wallets } = await place.api('GET', '/wallets?external_customer_id=c')
    await place.api('POST', '/wallet_transactions', {
      wallet_transaction: { wallet_id: wallets[0].lago_id, voided_credits: '25' },
    })
    await move('2026-01-10T12:00:00Z')
    const page = await enter()
    const news = page.getByRole('region', { name: 'Alerts' })
    await news.getByText('Main: usage has reached €12.50').waitFor()
    await news.getByText('Prepaid: the balance is at €60.00 or less').waitFor()
    await journey.look(page, 'reached')
    await news.getByRole('link', { name: 'Alerts' }).click()
    await page.getByText('Now: €13.00 · Last reached on Jan 1, 2026').waitFor()
    await journey.look(page, 'reached-list')
    expect([...(await mailed(2))].sort()).toEqual([
      'Main: usage has reached €12.50',
      'Prepaid: balance is down to €60.00',
    ])
    const small = await enter({ width: 390, dark: true })
    await journey.look(small, 'reached-small')
    await small.getByRole('link', { name: 'Alerts' }).first().click()
    await small.getByText('Now: €13.00').waitFor()
    expect(await tooWide(small)).toEqual([])
    await journey.look(small, 'list-small')
    const { activity_logs: logs } = await place.api('GET', '/activity_logs?resource_types[]=Alert')
    expect(new Set(logs.map((each: { activity_source: string }) => each.activity_source))).toEqual(
      new Set(['portal']),
    )
  })

  it('a write whose answer got lost is not done twice', async () => {
    const page = await enter()
    await page.getByRole('link', { name: 'Alerts' }).first().click()
    await page.getByLabel('Amount (EUR)').fill('99')
    const keys: (string | undefined)[] = []
    await page.route('**/portal/alerts', async (route) => {
      if (route.request().method() !== 'POST') return route.continue()
      keys.push(route.request().headers()['idempotency-key'])
      // The server does it, and the browser does not hear of it the first time.
      const answer = await route.fetch()
      if (keys.length === 1) return route.abort('connectionreset')
      return route.fulfill({ response: answer })
    })
    const add = page.getByRole('button', { name: 'Add alert' })
    await add.click()
    await page.getByText('This was not possible. Please try again later.').waitFor()
    await add.click()
    await page.getByText('The alert was added.').waitFor()
    expect(keys).toEqual([expect.stringMatching(/^[0-9a-f]{32}$/), keys[0]])
    const set = page.getByText('When usage reaches €99.00')
    await set.first().waitFor()
    expect(await set.count()).toBe(1)
  })

  it('a member who looks sees them and changes none', async () => {
    const page = await journey.open()
    const path = '/api/weir/v1/customers/c/portal_view_url'
    const { customer } = await place.api('GET', path)
    await page.goto(customer.portal_url)
    await page.getByText('You see what the customer sees. Nothing can be changed here.').waitFor()
    await page.getByRole('link', { name: 'Alerts' }).first().click()
    await page.getByText('When usage reaches €12.50').waitFor()
    expect(await page.getByRole('button', { name: /Add alert|Change|Remove/ }).count()).toBe(0)
  })
})
