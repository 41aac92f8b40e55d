import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasChromium, Journey, type Place } from '../support/browser-journey.ts'
import { makeScene } from '../support/browser-scenes.ts'

describe.runIf(hasChromium)('J23: why events are not metered', () => {
  let journey: Journey
  let place: Place

  beforeAll(async () => {
    journey = await Journey.start('j23')
    place = await journey.sandbox('Events')
    await makeScene(place)
    await place.api('PUT', '/test_clock', { test_clock: { now: '2026-02-10T12:00:00Z' } })
  })
  afterAll(() => journey?.end())

  const event = (transaction_id: string, change: object) => ({
    event: {
      ...{ transaction_id, external_subscription_id: 's', code: 'tokens' },
      timestamp: Date.UTC(2026, 1, 9) / 1000,
      properties: { tokens: 5 },
      ...change,
    },
  })

  it('each has its reason; what was wrong is metered when it is sent right; a duplicate is refused', async () => {
    const page = await journey.open()
    await journey.signIn(page, `/${place.slug}/developers/events`)
    await page.getByRole('heading', { name: 'No event has arrived' }).waitFor()
    const send = (id: string, change: object = {}) => place.api('POST', '/events', event(id, change))
    await send('good')
    const rows = page.getByRole('region', { name: 'events' }).getByRole('row')
    const row = (id: string) => rows.filter({ hasText: id })
    // Without a reload, and within two seconds of the list asking again.
    await row('good').getByText('Metered').waitFor({ timeout: 5000 })
    await send('bad-code', { code: 'tokn' })
    await send('bad-property', { properties: { tokens: 'many' } })
    await send('no-property', { properties: {} })
    await send('bad-subscription', { external_subscription_id: 'nobody' })
    await send('late', { timestamp: Date.UTC(2026, 0, 20) / 1000 })
    for (const [id, reason] of [
      ['bad-code', 'No metric has the code “tokn”. Did you mean “tokens”?'],
      ['bad-property', 'The property “tokens” is not a number.'],
      ['no-property', 'The property “tokens” is missing.'],
      ['bad-subscription', 'No active subscription “nobody” has a charge on this metric.'],
    ] as const) {
      await row(id).getByText('Unmatched').waitFor()
      await row(id).getByRole('button').click()
      await page.getByRole('dialog').getByText(reason).waitFor()
      if (id === 'bad-property') await journey.look(page, 'reason')
      await page.keyboard.press('Escape')
    }
    await journey.look(page, 'states')
    const usage = async () =>
      (await place.api('GET', '/customers/c/current_usage?external_subscription_id=s')).customer_usage
        .amount_cents
    expect(await usage()).toBe(5)

    await send('fixed', { properties: { tokens: 12 } })
    await row('fixed').getByText('Metered').waitFor()
    expect(await usage()).toBe(17)
    const again = await fetch(`${journey.url}/api/v1/events`, {
      method: 'POST',
      headers: { authorization: `Bearer ${place.key}`, 'content-type': 'application/json' },
      body: JSON.stringify(event('fixed', { properties: { tokens: 12 } })),
    })
    expect([again.status, await again.json()]).toMatchObject([
      422,
      { error_details: { transaction_id: ['value_already_exist'] } },
    ])
    expect(await usage()).toBe(17)
    // One filter shows what has to be looked at.
    await page.getByLabel('State').selectOption({ label: 'Matches nothing' })
    await expect.poll(() => rows.count()).toBe(3)
    expect(await row('fixed').count()).toBe(0)
  })
})
