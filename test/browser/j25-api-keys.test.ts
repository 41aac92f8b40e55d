import { writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasChromium, Journey, PASSWORD, type Place } from '../support/browser-journey.ts'

const HOUR_MS = 3_600_000

describe.runIf(hasChromium)('J25: API keys', () => {
  let journey: Journey
  let place: Place
  let folder: string

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'weir-shift-'))
    setAhead(0)
    journey = await Journey.start('j25', {
      NODE_OPTIONS: `--import ${join(import.meta.dirname, '../support/shifted-time.mjs')}`,
      WEIR_TEST_SHIFT: join(folder, 'shift'),
    })
    place = await journey.sandbox('Keys')
  })
  afterAll(async () => {
    await journey?.end()
    await rm(folder, { recursive: true, force: true })
  })

  /** Sets the server's clock ahead of the real one: keys live by the system's time, also those of a sandbox. */
  function setAhead(hours: number): void {
    writeFileSync(join(folder, 'shift'), String(hours * HOUR_MS))
  }

  /** The new key that is shown once, after the password was asked for if it is. */
  async function shownKey(page: Page): Promise<string> {
    const value = page.getByTestId('key-value')
    const password = page.getByRole('dialog', { name: 'Confirm your password' })
    await value.or(password).first().waitFor()
    if (await password.isVisible()) {
      await password.getByLabel('Password').fill(PASSWORD)
      await password.getByRole('button', { name: 'Confirm' }).click()
    }
    return (await value.textContent()) ?? ''
  }

  const statusFor = async (key: string, path: string): Promise<number> =>
    (await fetch(`${journey.url}/api/v1${path}`, { headers: { authorization: `Bearer ${key}` } })).status

  it('an ingest-only key sends events and sees no invoices; its value is shown once', async () => {
    const page = await journey.open()
    await journey.signIn(page, `/${place.slug}/developers/keys`)
    await journey.look(page, 'keys')
    await page.getByRole('link', { name: 'New key' }).click()
    await page.locator('#field-name').fill('Collector')
    await page.getByRole('radio', { name: /^Ingest only/ }).check()
    await journey.look(page, 'form')
    await page.getByRole('button', { name: 'Create key' }).click()
    const key = await shownKey(page)
    await journey.look(page, 'value')
    await page.getByRole('button', { name: 'I stored it' }).click()
    await page.getByRole('region', { name: 'keys' }).getByText('Write events').waitFor()
    expect(await page.content()).not.toContain(key)
    expect(await statusFor(key, '/invoices')).toBe(403)
    await page.goto(`/${place.slug}/developers/api-log`)
    const call = page
      .getByRole('region', { name: 'calls' })
      .getByRole('row', { name: /GET \/api\/v1\/invoices/ })
    await call.getByText('The key may not read invoices.').waitFor()
    await journey.look(page, 'log')
    await call.getByRole('link').click()
    const refusal = page.getByRole('dialog', { name: 'API call' })
    await refusal.getByText('The key may not read invoices.').waitFor()
    await refusal.getByText('read_action_not_allowed_for_invoice').waitFor()
    await journey.look(page, 'refused')
    // Clients of Lago know no reads in this log.
    const { api_logs: logged } = await place.api('GET', '/api_logs')
    expect(logged.map((each: { http_method: string }) => each.http_method)).not.toContain('get')
    await page.goto(`/${place.slug}/developers/keys`)
    await page.getByRole('button', { name: 'Actions of the key Collector' }).click()
    await page.getByRole('menuitem', { name: 'Delete' }).click()
    const confirm = page.getByRole('dialog', { name: 'Delete the key Collector?' })
    await journey.look(page, 'delete')
    const typed = confirm.getByLabel(/Type/)
    if (await typed.isVisible()) await typed.fill('Collector')
    await confirm.getByRole('button', { name: 'Delete key' }).click()
    await page.getByText('The key was deleted.').waitFor()
    expect(await statusFor(key, '/invoices')).toBe(401)
  })

  it('a rotated key goes on for 24 hours beside the new one, and then stops', async () => {
    const { organization } = await place.api('GET', '/organizations')
    expect(organization.slug).toBe(place.slug)
    const page = await journey.open()
    await journey.signIn(page, `/${place.slug}/developers/keys`)
    const keys = page.getByRole('region', { name: 'keys' })
    await keys
      .getByRole('button', { name: /^Actions of the key/ })
      .first()
      .click()
    await page.getByRole('menuitem', { name: 'Rotate' }).click()
    const dialog = page.getByRole('dialog', { name: /^Rotate/ })
    expect(await dialog.getByLabel('The old key ends').inputValue()).toBe('24')
    await journey.look(page, 'rotate')
    await dialog.getByRole('button', { name: 'Rotate key' }).click()
    const key = await shownKey(page)
    await page.getByRole('button', { name: 'I stored it' }).click()
    await expect.poll(() => keys.getByRole('row').count()).toBe(3)
    await journey.look(page, 'rotated')
    for (const [hours, status] of [
      [0, 200],
      [23, 200],
      [25, 401],
    ] as const) {
      setAhead(hours)
      await expect.poll(() => statusFor(place.key, '/plans')).toBe(status)
      expect([hours, await statusFor(key, '/plans')]).toEqual([hours, 200])
    }
  })
})
