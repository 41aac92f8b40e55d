import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasChromium, Journey, type Place } from '../support/browser-journey.ts'
import { makeScene } from '../support/browser-scenes.ts'

const PRIVILEGES = [
  ['max', 'Seats', 'Whole number'],
  ['sso', 'Single sign-on', 'Yes or no'],
  ['domain', 'Domain', 'Text'],
  ['support', 'Support', 'One of a list'],
] as const

describe.runIf(hasChromium)('J22: entitlements', () => {
  let journey: Journey
  let place: Place

  beforeAll(async () => {
    journey = await Journey.start('j22')
    place = await journey.sandbox('Features')
    await makeScene(place)
  })
  afterAll(() => journey?.end())

  it('a feature with four kinds of values, on a plan, overridden on a subscription, and put back', async () => {
    const page = await journey.open()
    await journey.signIn(page, `/${place.slug}/features`)
    await page.getByRole('link', { name: 'New feature' }).first().click()
    await page.getByLabel('Name required').fill('Team')
    for (const [n, [code, name, kind]] of PRIVILEGES.entries()) {
      await page.getByRole('button', { name: 'Add a privilege' }).click()
      const group = page.getByRole('group', { name: `Privilege ${n + 1}` })
      if (n === 0) {
        await page.getByRole('button', { name: 'Create feature' }).click()
        const summary = page.getByRole('alert').filter({ hasText: 'Every privilege needs a code.' })
        await summary.waitFor()
        expect(await group.getByLabel('Code').getAttribute('aria-invalid')).toBe('true')
      }
      await group.getByLabel('Code').fill(code)
      await group.getByLabel('Name').fill(name)
      await group.getByLabel('Values').selectOption({ label: kind })
      if (code === 'support') {
        await group.getByLabel('List of values').fill('email,phone')
        await group.getByLabel('List of values').press('Enter')
      }
    }
    await journey.look(page, 'feature-form')
    await page.getByRole('button', { name: 'Create feature' }).click()
    await page.getByRole('heading', { name: 'Team', level: 1 }).waitFor()
    await journey.look(page, 'feature')
    const { feature } = await place.api('GET', '/features/team')
    expect(feature.privileges).toMatchObject([
      { code: 'max', value_type: 'integer' },
      { code: 'sso', value_type: 'boolean' },
      { code: 'domain', value_type: 'string' },
      { code: 'support', value_type: 'select', config: { select_options: ['email', 'phone'] } },
    ])

    await page.goto(`/${place.slug}/plans/pro/entitlements`)
    await page.getByLabel('Grant a feature').selectOption({ label: 'Team' })
    const team = page.getByRole('group', { name: 'Team' })
    const save = page.getByRole('button', { name: 'Save entitlements' })
    await team.getByLabel('Seats').fill('1.5')
    await team.getByText('Enter a whole number.').waitFor()
    expect(await save.isDisabled()).toBe(true)
    await team.getByLabel('Seats').fill('10')
    await team.getByLabel('Single sign-on').selectOption({ label: 'Yes' })
    await team.getByLabel('Domain').fill('acme.example')
    await team.getByLabel('Support').selectOption('email')
    await save.click()
    await page.getByRole('status').getByText('The entitlements were saved.').waitFor()
    await journey.look(page, 'plan')

    await page.goto(`/${place.slug}/subscriptions/s/entitlements`)
    const table = page.getByRole('region', { name: 'Entitlements of the subscription' })
    const row = (name: string) => table.getByRole('row').filter({ hasText: name })
    const effective = (name: string) => row(name).getByRole('cell').last().textContent()
    await expect.poll(() => effective('Seats')).toContain('10')
    await table.getByLabel('Own value of Seats').fill('25')
    await table.getByRole('button', { name: 'Set Seats' }).click()
    await expect.poll(() => effective('Seats')).toBe('25 Overridden')
    await table.getByLabel('Own value of Support').selectOption('phone')
    await table.getByRole('button', { name: 'Set Support' }).click()
    await expect.poll(() => effective('Support')).toBe('phone Overridden')
    await journey.look(page, 'overridden')
    const values = async () => {
      const { entitlements } = await place.api('GET', '/subscriptions/s/entitlements')
      type Privilege = { code: string; value: unknown }
      return Object.fromEntries(entitlements[0].privileges.map(({ code, value }: Privilege) => [code, value]))
    }
    expect(await values()).toEqual({ max: 25, sso: true, domain: 'acme.example', support: 'phone' })

    await table.getByRole('button', { name: 'Reset to plan: Seats' }).click()
    await expect.poll(() => effective('Seats')).toBe('10 ')
    expect(await values()).toEqual({ max: 10, sso: true, domain: 'acme.example', support: 'phone' })

    // The snippet that the page shows answers the same.
    const code = (await page.getByRole('region', { name: 'Code of the API call' }).textContent()) ?? ''
    const address = /"(http[^"]+)"/.exec(code)?.[1] ?? ''
    const answer = await fetch(address, { headers: { authorization: `Bearer ${place.key}` } })
    const { entitlements } = (await answer.json()) as { entitlements: unknown }
    expect(entitlements).toMatchObject([
      {
        code: 'team',
        privileges: [{ value: 10 }, { value: true }, { value: 'acme.example' }, { value: 'phone' }],
      },
    ])

    const small = await journey.open({ width: 390 })
    await journey.signIn(small, `/${place.slug}/subscriptions/s/entitlements`)
    await small.getByRole('region', { name: 'Entitlements of the subscription' }).waitFor()
    await journey.look(small, 'overridden-390')
  })
})
