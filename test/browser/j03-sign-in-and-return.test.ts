import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasChromium, Journey, PASSWORD, type Place } from '../support/browser-journey.ts'
import { pressOn, tabTo, typeInto } from '../support/browser-keyboard.ts'

describe.runIf(hasChromium)('J03: sign in, sign out, return', () => {
  let journey: Journey
  let place: Place

  beforeAll(async () => {
    journey = await Journey.start('j03')
    place = await journey.sandbox('Return')
  })
  afterAll(() => journey?.end())

  it('takes no password before its script is there', async () => {
    const page = await journey.open()
    let arrive = (): void => undefined
    const arrival = new Promise<void>((resolve) => {
      arrive = resolve
    })
    await page.route(/\/login[^/]*\.js$/, async (route) => {
      await arrival
      await route.continue()
    })
    await page.goto(`/login?next=/${place.slug}`, { waitUntil: 'commit' })
    await page.getByLabel('E-mail').fill(journey.email)
    await page.getByLabel('Password').fill(PASSWORD)
    await page.keyboard.press('Enter')
    const button = page.getByRole('button', { name: 'Sign in' })
    expect(await button.isDisabled()).toBe(true)
    expect(new URL(page.url()).pathname).toBe('/login')
    arrive()
    await button.click()
    await page.waitForURL((url) => url.pathname === `/${place.slug}`)
  })

  it('lands on the deep link, and keeps what was typed when the session ends, by the keyboard alone', async () => {
    const page = await journey.open()
    const deep = `/${place.slug}/invoices?view=overdue&q=Acme`
    await page.goto(deep)
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    await journey.look(page, 'sign-in')
    await typeInto(page, page.getByLabel('E-mail'), journey.email)
    await typeInto(page, page.getByLabel('Password'), 'wrong-password-here')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').getByText('The e-mail address or the password is wrong.').waitFor()
    await tabTo(page, page.getByLabel('Password'))
    await page.keyboard.press('Control+A')
    await page.keyboard.type(PASSWORD)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Invoices', exact: true }).waitFor()
    expect(new URL(page.url()).pathname + new URL(page.url()).search).toBe(deep)

    await page.goto(`/${place.slug}/metrics/new`)
    await typeInto(page, page.getByLabel('Name', { exact: false }).first(), 'Half typed')
    await page.waitForTimeout(200)
    await page.context().clearCookies()
    await pressOn(page, page.getByRole('button', { name: 'Create metric' }))
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    await typeInto(page, page.getByLabel('E-mail'), journey.email)
    await typeInto(page, page.getByLabel('Password'), PASSWORD)
    await pressOn(page, page.getByRole('button', { name: 'Sign in' }))
    await pressOn(page, page.getByRole('button', { name: 'Continue' }))
    expect(await page.locator('#field-name').inputValue()).toBe('Half typed')
    expect(new URL(page.url()).pathname).toBe(`/${place.slug}/metrics/new`)

    await pressOn(page, page.getByRole('button', { name: journey.email }))
    await page.keyboard.press('End')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    await page.goto(`/${place.slug}/plans`)
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  })

  it('says that an organization of others does not exist, and shows nothing of it', async () => {
    const page = await journey.open()
    await journey.signIn(page, `/${place.slug}`)
    await page.goto('/somebody-else/customers')
    await page.getByRole('heading', { name: 'There is no such organization' }).waitFor()
    await journey.look(page, 'not-a-member')
  })
})
