import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasChromium, Journey, PASSWORD, type Place } from '../support/browser-journey.ts'

describe.runIf(hasChromium)('J25: API keys', () => {
  let journey: Journey
  let place: Place

  beforeAll(async () => {
    journey = await Journey.start('j25')
    place = await journey.sandbox('Keys')
  })
  afterAll(() => journey?.end())

  it('an ingest-only key sends events and sees no invoices; its value is shown once', async () => {
    const page = await journey.open()
    await journey.signIn(page, `/${place.slug}/developers/keys`)
    await journey.look(page, 'keys')
    await page.getByRole('link', { name: 'New key' }).click()
    await page.locator('#field-name').fill('Collector')
    await page.getByRole('radio', { name: /^Ingest only/ }).check()
    await journey.look(page, 'form')
    await page.getByRole('button', { name: 'Create key' }).click()
    const value = page.getByTestId('key-value')
    const password = page.getByRole('dialog', { name: 'Confirm your password' })
    await value.or(password).first().waitFor()
    if (await password.isVisible()) {
      await password.getByLabel('Password').fill(PASSWORD)
      await password.getByRole('button', { name: 'Confirm' }).click()
    }
    const key = (await value.textContent()) ?? ''
    await journey.look(page, 'value')
    await page.getByRole('button', { name: 'I stored it' }).click()
    await page.getByRole('region', { name: 'keys' }).getByText('Write events').waitFor()
    expect(await page.content()).not.toContain(key)
    const ask = (path: string) =>
      fetch(`${journey.url}/api/v1${path}`, { headers: { authorization: `Bearer ${key}` } })
    expect((await ask('/invoices')).status).toBe(403)
    await page.getByRole('button', { name: 'Actions of the key Collector' }).click()
    await page.getByRole('menuitem', { name: 'Delete' }).click()
    const confirm = page.getByRole('dialog', { name: 'Delete the key Collector?' })
    await journey.look(page, 'delete')
    const typed = confirm.getByLabel(/Type/)
    if (await typed.isVisible()) await typed.fill('Collector')
    await confirm.getByRole('button', { name: 'Delete key' }).click()
    await page.getByText('The key was deleted.').waitFor()
    expect((await ask('/invoices')).status).toBe(401)
  })
})
