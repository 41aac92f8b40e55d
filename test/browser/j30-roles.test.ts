import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasChromium, Journey, type Place } from '../support/browser-journey.ts'
import { makeScene } from '../support/browser-scenes.ts'

describe.runIf(hasChromium)('J30: an invitation, and what its role shows', () => {
  let journey: Journey
  let place: Place

  beforeAll(async () => {
    journey = await Journey.start('j30')
    place = await journey.sandbox('Roles')
    await makeScene(place)
  })
  afterAll(() => journey?.end())

  it('invites to a role; the invited person joins, and sees what the role allows', async () => {
    const page = await journey.open()
    await journey.signIn(page, `/${place.slug}/settings/team`)
    await page.getByRole('button', { name: 'Invite' }).click()
    const dialog = page.getByRole('dialog', { name: 'Invite people' })
    await dialog.getByRole('textbox', { name: 'E-mail addresses' }).fill('ada@example.com')
    await dialog.getByRole('checkbox', { name: 'Finance' }).check()
    await journey.look(page, 'invite')
    await dialog.getByRole('button', { name: 'Invite', exact: true }).click()
    const links = page.getByRole('dialog', { name: 'Send these links' })
    const link = await links.getByText(/\/invitation\//).textContent()
    await links.getByRole('button', { name: 'I have sent them' }).click()
    await page.getByRole('region', { name: 'Invitations' }).getByText('ada@example.com').waitFor()
    await journey.look(page, 'invited')

    const other = await journey.open()
    await other.goto(new URL(link ?? '').pathname)
    await other.getByLabel('Your name').fill('Ada')
    await other.getByLabel('Choose a password').fill('a-long-and-rare-password')
    await journey.look(other, 'join')
    await other.getByRole('button', { name: 'Join' }).click()
    await other.waitForURL((url) => !url.pathname.startsWith('/invitation'))
    await other.goto(`/${place.slug}/invoices`)
    const navigation = other.getByRole('navigation', { name: 'Main' })
    await navigation.getByRole('link', { name: 'Credit notes' }).waitFor()
    expect(await navigation.getByRole('link', { name: 'Metrics' }).count()).toBe(0)
    expect(await navigation.getByRole('link', { name: 'Webhooks' }).count()).toBe(0)
    await other.goto(`/${place.slug}/metrics`)
    await other.getByRole('heading', { name: 'You may not see this' }).waitFor()
    expect(await other.getByRole('link', { name: 'New metric' }).count()).toBe(0)
    await journey.look(other, 'forbidden')

    await page.reload()
    await page.getByRole('region', { name: 'Members' }).getByText('Ada', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Remove ada@example.com' }).click()
    await page.getByRole('button', { name: 'Remove member' }).click()
    await page.getByText('The member was removed.').waitFor()
    await other.reload()
    await other.getByRole('heading', { name: 'There is no such organization' }).waitFor()
  })
})
