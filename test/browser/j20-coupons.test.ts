import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasChromium, Journey, type Place } from '../support/browser-journey.ts'
import { makeScene } from '../support/browser-scenes.ts'

describe.runIf(hasChromium)('J20: coupons', () => {
  let journey: Journey
  let place: Place

  beforeAll(async () => {
    journey = await Journey.start('j20')
    place = await journey.sandbox('Coupons')
    await makeScene(place)
  })
  afterAll(() => journey?.end())

  it('a fifth off three invoices of a plan; not twice; ended, it goes on for who has it', async () => {
    const page = await journey.open()
    await journey.signIn(page, `/${place.slug}/coupons/new`)
    await page.getByRole('textbox', { name: 'Name', exact: false }).first().fill('Spring')
    expect(await page.getByRole('textbox', { name: 'Code' }).inputValue()).toBe('spring')
    await page.getByLabel('Rate').fill('120')
    await page.getByRole('button', { name: 'Create coupon' }).click()
    await page.getByText('Enter a rate above 0, up to 100.').first().waitFor()
    await page.getByLabel('Rate').fill('20')
    await page.getByLabel('Used').selectOption('recurring')
    await page.getByLabel('Number of invoices').fill('3')
    await page.getByLabel('Applies to').selectOption('plans')
    await page.getByRole('checkbox', { name: 'Pro' }).check()
    await page.getByText(/Takes 20% off, before taxes, from each of the next 3 invoices/).waitFor()
    await journey.look(page, 'form')
    await page.getByRole('button', { name: 'Create coupon' }).click()
    await page.getByRole('heading', { name: 'Spring', level: 1 }).waitFor()
    await journey.look(page, 'coupon')

    const apply = async () => {
      await page.getByRole('button', { name: 'Apply to a customer' }).click()
      const dialog = page.getByRole('dialog', { name: 'Apply Spring' })
      await dialog.getByLabel('Customer').fill('c')
      await dialog.getByRole('button', { name: 'Apply coupon' }).click()
      return dialog
    }
    const first = await apply()
    await first.waitFor({ state: 'detached' })
    const second = await apply()
    await second.getByRole('alert').waitFor()
    await journey.look(page, 'second-use')
    await second.getByRole('button', { name: 'Cancel' }).click()

    await page.getByRole('button', { name: 'More actions' }).click()
    await page.getByRole('menuitem', { name: 'Terminate' }).click()
    await page.getByRole('button', { name: 'Terminate coupon' }).click()
    await page.getByRole('button', { name: 'Apply to a customer' }).waitFor({ state: 'detached' })
    await page.getByText('Spring was terminated.').waitFor()

    await place.api('PUT', '/test_clock', { test_clock: { now: '2026-05-01T01:00:00Z' } })
    const { invoices } = await place.api('GET', '/invoices')
    const discounts = invoices.map((each: { coupons_amount_cents: number }) => each.coupons_amount_cents)
    expect(discounts.reverse()).toEqual([580, 580, 580, 0])
    await page.goto(`/${place.slug}/coupons/spring/applied`)
    await page.getByRole('region', { name: 'applied coupons' }).getByText('Nothing').waitFor()
    await journey.look(page, 'used-up')
  })
})
