import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasChromium, Journey, type Place } from '../support/browser-journey.ts'

describe.runIf(hasChromium)('J10: the life of a customer', () => {
  let journey: Journey
  let place: Place

  beforeAll(async () => {
    journey = await Journey.start('j10')
    place = await journey.sandbox('Life')
    const { api } = place
    await api('PUT', '/test_clock', { test_clock: { now: '2026-01-01T00:00:00Z' } })
    await api('POST', '/taxes', { tax: { name: 'VAT', code: 'vat', rate: 20 } })
    await api('POST', '/coupons', {
      coupon: {
        ...{ name: 'Welcome', code: 'welcome', coupon_type: 'percentage', percentage_rate: '10' },
        ...{ frequency: 'forever', expiration: 'no_expiration', reusable: true },
      },
    })
    await api('POST', '/plans', {
      plan: {
        ...{ name: 'Pro', code: 'pro', interval: 'monthly', amount_cents: 10_000, amount_currency: 'EUR' },
        pay_in_advance: true,
      },
    })
  })
  afterAll(() => journey?.end())

  it.each([
    ['on a desk', 1440],
    ['on a telephone', 390],
  ])('made, edited, taxed, given a coupon, billed and deleted, %s', async (_, width) => {
    const page = await journey.open({ width })
    const id = `life-${width}`
    await journey.signIn(page, `/${place.slug}/customers/new`)
    // An id is missing: the summary says so, and takes the focus.
    await page.getByRole('button', { name: 'Create customer' }).click()
    const summary = page.getByRole('alert').filter({ hasText: 'This is not saved yet' })
    await summary.waitFor()
    await expect.poll(() => summary.evaluate((node) => node === node.ownerDocument.activeElement)).toBe(true)
    const external = page.getByRole('textbox', { name: 'External id required' })
    expect(await external.getAttribute('aria-invalid')).toBe('true')

    await page.getByLabel('Name', { exact: true }).fill('Ada & Sons')
    await external.fill(id)
    await page.getByLabel('E-mail').fill('ada@example.com')
    await page.getByLabel('Phone').fill('+33 1 23 45 67 89')
    await page.getByLabel('Website').fill('https://ada.example')
    await page.getByLabel('Legal name').fill('Ada & Sons SARL')
    await page.getByLabel('Address', { exact: true }).fill('1 rue de la Paix')
    await page.getByLabel('Postal code').fill('75002')
    await page.getByLabel('City').fill('Paris')
    await page.getByLabel('Country').selectOption('FR')
    await page.getByLabel('Currency').selectOption('EUR')
    await page.getByLabel('Time zone').selectOption('Europe/Paris')
    await page.getByLabel('Payment term').fill('14')
    await journey.look(page, `form-${width}`)
    await page.getByRole('button', { name: 'Create customer' }).click()
    await page.getByRole('heading', { name: 'Ada & Sons', level: 1 }).waitFor()
    const read = async () => (await place.api('GET', `/customers/${id}`)).customer
    expect(await read()).toMatchObject({
      ...{ name: 'Ada & Sons', email: 'ada@example.com', phone: '+33 1 23 45 67 89', country: 'FR' },
      ...{ url: 'https://ada.example', legal_name: 'Ada & Sons SARL', city: 'Paris', zipcode: '75002' },
      ...{ currency: 'EUR', timezone: 'Europe/Paris', net_payment_term: 14 },
    })

    // What is its own, and what is inherited.
    await page.getByRole('link', { name: 'Information' }).click()
    const main = page.getByRole('main')
    await main.getByText('Europe/Paris', { exact: true }).waitFor()
    await main.getByText('14 days', { exact: true }).waitFor()
    await journey.look(page, `information-${width}`)

    await page.getByRole('link', { name: 'Edit', exact: true }).click()
    await page.getByLabel('Time zone').selectOption({ label: 'Inherited' })
    await page.getByRole('checkbox', { name: 'VAT (20%)' }).check()
    await page.getByRole('button', { name: 'Save customer' }).click()
    await page.getByRole('heading', { name: 'Ada & Sons', level: 1 }).waitFor()
    await page.getByRole('link', { name: 'Information' }).click()
    await main.getByText('UTC (inherited)').waitFor()
    expect(await read()).toMatchObject({
      timezone: null,
      applicable_timezone: 'UTC',
      taxes: [{ code: 'vat' }],
    })

    await page.getByRole('link', { name: 'Coupons' }).last().click()
    await page.getByRole('button', { name: 'Apply a coupon' }).first().click()
    const dialog = page.getByRole('dialog', { name: 'Apply a coupon' })
    await dialog.getByLabel('Coupon required').selectOption('welcome')
    await dialog.getByRole('button', { name: 'Apply coupon' }).click()
    await page.getByRole('status').getByText('The coupon was applied.').waitFor()
    await place.api('POST', '/subscriptions', {
      subscription: { external_customer_id: id, external_id: id, plan_code: 'pro' },
    })
    const { invoices } = await place.api('GET', `/invoices?external_customer_id=${id}`)
    // The 31 days of January at 100.00, less a tenth, with 20 %.
    expect(invoices).toMatchObject([{ coupons_amount_cents: 1000, total_amount_cents: 10_800 }])

    await page.goto(`/${place.slug}/customers/${id}/edit`)
    await page.getByText('It was billed in EUR, and stays so.').waitFor()
    expect(await page.getByLabel('Currency').isDisabled()).toBe(true)

    await page.goto(`/${place.slug}/customers/${id}`)
    await page.getByRole('button', { name: 'More actions' }).click()
    await page.getByRole('menuitem', { name: 'Delete' }).click()
    const asked = page.getByRole('dialog', { name: 'Delete Ada & Sons?' })
    expect(await asked.getByRole('button', { name: 'Delete customer' }).isDisabled()).toBe(true)
    await asked.getByLabel(`Type ${id} to go on`).fill(id)
    await asked.getByRole('button', { name: 'Delete customer' }).click()
    await page.waitForURL(`**/${place.slug}/customers`)
    await page.goto(`/${place.slug}/customers/${id}`)
    await page.getByText('or it was deleted').waitFor()
    await journey.look(page, `deleted-${width}`)
    // Its invoices stay.
    await page.goto(`/${place.slug}/invoices/${invoices[0].lago_id}`)
    await expect.poll(() => page.getByTestId('invoice-total').textContent()).toBe('€108.00')
  })
})
