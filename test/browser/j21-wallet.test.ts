import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasChromium, Journey, type Place } from '../support/browser-journey.ts'
import { makeScene } from '../support/browser-scenes.ts'

describe.runIf(hasChromium)('J21: a wallet', () => {
  let journey: Journey
  let place: Place

  beforeAll(async () => {
    journey = await Journey.start('j21')
    place = await journey.sandbox('Wallets')
    await makeScene(place)
  })
  afterAll(() => journey?.end())

  it('one credit is 0.50; topped up, used, filled once by its rule; each credit is traced', async () => {
    const page = await journey.open()
    await journey.signIn(page, `/${place.slug}/wallets/new?customer=c&currency=EUR`)
    await page.getByRole('textbox', { name: 'Name' }).fill('Prepaid')
    await page.getByLabel('One credit is').fill('0.5')
    await page.getByLabel('To grant').first().fill('40')
    await page.getByRole('switch', { name: 'Top up by itself' }).check()
    await page.getByLabel('When this much is left').fill('10')
    await page.getByRole('radio', { name: 'Up to a target' }).click()
    await page.getByLabel('Target').fill('5')
    await page.getByRole('button', { name: 'Create wallet' }).click()
    await page.getByText('The target must be above the threshold.').first().waitFor()
    await page.getByLabel('Target').fill('100')
    await page.getByRole('switch', { name: 'Grant it for free' }).check()
    await page.getByText('what is missing to 100 credits is granted.').waitFor()
    await journey.look(page, 'form')
    await page.getByRole('button', { name: 'Create wallet' }).click()
    await page.getByRole('heading', { name: 'Prepaid', level: 1 }).waitFor()
    await page.getByText('40 credits', { exact: true }).waitFor()

    await page.getByRole('button', { name: 'Top up' }).click()
    const dialog = page.getByRole('dialog', { name: 'Top up Prepaid' })
    await dialog.getByLabel('To grant').fill('20')
    await dialog.getByRole('button', { name: 'Top up', exact: true }).click()
    await page.getByText('60 credits', { exact: true }).waitFor()
    await journey.look(page, 'filled')

    // The invoice of 29.00 takes 58 of the 60 credits, and the rule fills up to 100.
    await place.api('PUT', '/test_clock', { test_clock: { now: '2026-02-01T02:00:00Z' } })
    await page.reload()
    await page.getByText('100 credits', { exact: true }).waitFor()
    await page.getByTestId('balance-line').waitFor()
    await page.getByText('€29.00', { exact: true }).first().waitFor()
    await journey.look(page, 'used')
    await page.getByRole('link', { name: 'Transactions' }).click()
    await page
      .getByRole('region', { name: 'transactions' })
      .getByRole('link', { name: 'Paid an invoice' })
      .click()
    const traced = page.getByRole('dialog', { name: 'Paid an invoice' })
    await traced
      .getByRole('region', { name: 'What it was taken from' })
      .getByText('Granted')
      .first()
      .waitFor()
    expect(await traced.getByRole('row').count()).toBe(3)
    await journey.look(page, 'traced')

    const wallet = (await place.api('GET', '/wallets')).wallets[0]
    const { wallet_transactions: moved } = await place.api(
      'GET',
      `/wallets/${wallet.lago_id}/wallet_transactions`,
    )
    const byRule = moved.filter((each: { source: string }) => each.source === 'threshold')
    expect(byRule.map((each: { credit_amount: string }) => each.credit_amount)).toEqual(['98.0'])
  })
})
