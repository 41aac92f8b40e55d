import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasChromium, Journey, type Place } from '../support/browser-journey.ts'
import { makeScene, sendEvent } from '../support/browser-scenes.ts'

describe.runIf(hasChromium)('J12 and J23: usage and events, live', () => {
  let journey: Journey
  let place: Place

  beforeAll(async () => {
    journey = await Journey.start('j12')
    place = await journey.sandbox('Live')
    await makeScene(place)
  })
  afterAll(() => journey?.end())

  it('moves in two windows without a reload, and again after the network was cut', async () => {
    const pages = [await journey.open(), await journey.open()]
    for (const page of pages) {
      await journey.signIn(page, `/${place.slug}/subscriptions/s`)
      await page.getByTestId('usage-total').waitFor()
    }
    await sendEvent(place, 'tokens', { tokens: 500 })
    const totals = () => Promise.all(pages.map((page) => page.getByTestId('usage-total').textContent()))
    await expect.poll(totals, { timeout: 5000 }).toEqual(['€5.00', '€5.00'])
    const [first] = pages
    if (!first) throw new Error('no window')
    await journey.look(first, 'usage')
    await first.context().setOffline(true)
    await sendEvent(place, 'tokens', { tokens: 100 })
    await first.waitForTimeout(10_000)
    await first.context().setOffline(false)
    await expect.poll(totals, { timeout: 20_000 }).toEqual(['€6.00', '€6.00'])
  })

  it('shows events with the reason why nothing meters them', async () => {
    await sendEvent(place, 'tokns', { tokens: 1 })
    await sendEvent(place, 'tokens', {})
    const page = await journey.open()
    await journey.signIn(page, `/${place.slug}/developers/events`)
    const rows = page.getByRole('region', { name: 'events' }).getByRole('row')
    await expect
      .poll(() =>
        rows
          .filter({ hasText: 'Matches nothing' })
          .or(rows.filter({ hasText: 'Unmatched' }))
          .count(),
      )
      .toBeGreaterThan(0)
    await rows.filter({ hasText: 'tokns' }).getByRole('button').click()
    await page.getByRole('dialog').getByText('Did you mean “tokens”?').waitFor()
    await journey.look(page, 'event')
    await page.keyboard.press('Escape')
    const before = await rows.count()
    await sendEvent(place, 'calls', {})
    await expect.poll(() => rows.count(), { timeout: 5000 }).toBe(before + 1)
    await journey.look(page, 'events')
  })
})
