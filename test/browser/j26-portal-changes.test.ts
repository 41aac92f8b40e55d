import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { simpleParser } from 'mailparser'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasChromium, Journey, type Place } from '../support/browser-journey.ts'
import { makeScene, sendEvent } from '../support/browser-scenes.ts'

const PORTAL = '/customer-portal'

describe.runIf(hasChromium)('J26: changes in the portal', () => {
  let journey: Journey
  let place: Place
  let mails: string

  beforeAll(async () => {
    mails = await mkdtemp(join(tmpdir(), 'weir-mails-'))
    journey = await Journey.start('j26b', {
      WEIR_MAIL_SINK: `folder:${mails}`,
      LAGO_FROM_EMAIL: 'weir@weir.example',
    })
    place = await journey.sandbox('Changes')
    await makeScene(place, {
      plan: { pay_in_advance: true },
      customer: { email: 'ada@customer.example', country: 'FR' },
    })
    for (const [code, name, amount_cents] of [
      ['light', 'Light', 900],
      ['large', 'Large', 8700],
    ] as const) {
      const plan = {
        name,
        code,
        interval: 'monthly',
        amount_cents,
        amount_currency: 'EUR',
        pay_in_advance: true,
      }
      await place.api('POST', '/plans', { plan })
    }
    await place.api('PUT', '/test_clock', { test_clock: { now: '2026-02-15T10:00:00Z' } })
    await sendEvent(place, 'calls', {})
    await place.api('PUT', '/test_clock', { test_clock: { now: '2026-02-15T12:00:00Z' } })
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
  /** The link in the only mail, once it has been written. */
  const mailedLink = async (): Promise<string> => {
    for (let n = 0; n < 300; n += 1) {
      const files = (await readdir(mails)).filter((name) => name.endsWith('.eml'))
      if (files.length > 0) {
        expect(files).toHaveLength(1)
        const mail = await simpleParser(await readFile(join(mails, files[0] ?? '')))
        expect(mail.to).toMatchObject({ text: 'ada@customer.example' })
        return /https?:\/\/\S+\/customer-portal\/[\w-]+/.exec(mail.text ?? '')?.[0] ?? ''
      }
      await sleep(100)
    }
    throw new Error('no mail was written')
  }
  const over = (page: Page) => page.getByRole('heading', { name: 'This link does not work any more' })
  const said =
    'If there is an e-mail address on file for you, a new link is on its way. It works for 12 hours.'

  it('a link of nobody is answered like every other, and no mail is written', async () => {
    const page = await journey.open()
    await page.goto(`${PORTAL}/${'A'.repeat(92)}`)
    await over(page).waitFor()
    expect(new URL(page.url()).pathname).toBe(PORTAL)
    await page.getByRole('button', { name: 'Send me a new link' }).click()
    await page.getByText(said).waitFor()
    expect(await page.getByRole('button', { name: 'Send me a new link' }).count()).toBe(0)
    await journey.look(page, 'asked')
    await sleep(1000)
    expect(await readdir(mails)).toEqual([])
  })

  it('a session that ended while its page was open leads to a new link, which opens the portal', async () => {
    const page = await enter({ dark: true, width: 390 })
    await page.context().clearCookies()
    await page.getByRole('link', { name: 'Credit notes' }).click()
    await over(page).waitFor()
    expect(await page.textContent('body')).not.toMatch(/Changes|Customer One/)
    await journey.look(page, 'session-over')
    await page.getByRole('button', { name: 'Send me a new link' }).click()
    await page.getByText(said).waitFor()
    await page.goto(await mailedLink())
    await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor()
    // Whoever signs out leaves nothing behind.
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('heading', { name: 'You have signed out' }).waitFor()
    expect(await page.evaluate('Object.keys(localStorage)')).toEqual([])
    await page.reload()
    await over(page).waitFor()
    await page.getByText('Please ask whoever sent you the link for a new one.').waitFor()
    expect(await page.getByRole('button').count()).toBe(0)
    await journey.look(page, 'nothing-kept')
  })

  it('no plan can be changed until a member offers some', async () => {
    const buyer = await enter()
    await buyer.getByRole('link', { name: 'Plan', exact: true }).click()
    await buyer.getByText('€29.00 per month').waitFor()
    expect(await buyer.getByRole('heading', { name: 'Change plan' }).count()).toBe(0)
    const page = await journey.open()
    await journey.signIn(page, `/${place.slug}/settings/portal`)
    await page.getByRole('switch', { name: 'Changing the plan' }).check()
    for (const name of ['Pro', 'Light', 'Large']) {
      await page.getByRole('switch', { name, exact: true }).check()
      await page.waitForLoadState('networkidle')
    }
    await journey.look(page, 'offered')
    const { portal_settings: settings } = await place.api('GET', '/api/weir/v1/portal_settings')
    expect(settings.plan_codes).toEqual(['pro', 'light', 'large'])
    await buyer.reload()
    await buyer.getByRole('heading', { name: 'Change plan' }).waitFor()
    await journey.look(buyer, 'choices')
  })

  it('a cheaper plan waits for the end of the period, and can be taken back', async () => {
    const page = await enter({ width: 390 })
    await page.getByRole('link', { name: 'Plan', exact: true }).click()
    await page.getByRole('button', { name: 'Choose: Light' }).click()
    const dialog = page.getByRole('dialog', { name: 'Change to Light?' })
    await dialog.getByText('from Mar 1, 2026').waitFor()
    await dialog.getByRole('heading', { name: 'Your next invoice as of now, on Mar 1, 2026' }).waitFor()
    await journey.look(page, 'downgrade')
    // Nothing has happened yet.
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    expect((await place.api('GET', '/subscriptions/s')).subscription.next_plan_code).toBeNull()
    await page.getByRole('button', { name: 'Choose: Light' }).click()
    await dialog.getByRole('button', { name: 'Change plan' }).click()
    await page.getByText('Changes to Light on Mar 1, 2026.').waitFor()
    await journey.look(page, 'waiting')
    expect((await place.api('GET', '/subscriptions/s')).subscription.next_plan_code).toBe('light')
    await page.getByRole('button', { name: 'Keep the present plan' }).click()
    await page.getByText('Changes to Light on Mar 1, 2026.').waitFor({ state: 'detached' })
    expect((await place.api('GET', '/subscriptions/s')).subscription.next_plan_code).toBeNull()
  })

  it('a dearer plan is there at once, at the price that was agreed to and no other', async () => {
    const page = await enter({ dark: true })
    await page.getByRole('link', { name: 'Plan', exact: true }).click()
    await page.getByRole('button', { name: 'Choose: Large' }).click()
    const dialog = page.getByRole('dialog', { name: 'Change to Large?' })
    await dialog.getByText('€87.00 per month').waitFor()
    await journey.look(page, 'upgrade')
    await place.api('PUT', '/plans/large', { plan: { amount_cents: 8400 } })
    await dialog.getByRole('button', { name: 'Change plan' }).click()
    await dialog.getByText('The prices have changed meanwhile. Please look at them again.').waitFor()
    await dialog.getByText('€84.00 per month').waitFor()
    await journey.look(page, 'outdated')
    const before = (await place.api('GET', '/invoices')).meta.total_count
    const rows = await dialog.locator('.portal-totals > div').last().textContent()
    await dialog.getByRole('button', { name: 'Change plan' }).click()
    await dialog.waitFor({ state: 'detached' })
    await page.getByText('€84.00 per month').first().waitFor()
    const { subscription } = await place.api('GET', '/subscriptions/s')
    expect(subscription).toMatchObject({ plan_code: 'large', name: 'Main' })
    const { invoices, meta } = await place.api('GET', '/invoices')
    expect(meta.total_count).toBe(before + 1)
    // 14 of 28 days at 84 €, and a call, less half of the 29 € that were paid.
    expect(invoices[0]).toMatchObject({ fees_amount_cents: 4250, credit_notes_amount_cents: 1450 })
    expect(rows).toBe('Total€28.00')
    expect(invoices[0].total_amount_cents).toBe(2800)
    await journey.look(page, 'changed')
  })
})
