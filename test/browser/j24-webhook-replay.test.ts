import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasChromium, Journey, type Place } from '../support/browser-journey.ts'
import { type Received, type Sink, startSink } from '../support/webhook-sink.ts'

const signature = (secret: string | null, { body }: Received) =>
  createHmac('sha256', secret ?? '')
    .update(body)
    .digest('base64')

describe.runIf(hasChromium)('J24: webhook replay', () => {
  let sink: Sink
  let journey: Journey
  let place: Place

  beforeAll(async () => {
    sink = await startSink()
    journey = await Journey.start('j24', {
      WEIR_ALLOW_PRIVATE_WEBHOOKS: 'true',
      LAGO_WEBHOOK_ATTEMPTS: '1',
    })
    place = await journey.sandbox('Replay')
  })
  afterAll(async () => {
    await journey?.end()
    await sink?.close()
  })

  const customer = (external_id: string) =>
    place.api('POST', '/customers', { customer: { external_id, name: external_id } })
  const customersHeard = () => sink.received.map(({ body }) => JSON.parse(body).customer.external_id)

  it('what failed is sent again in order, and a new secret takes over without a gap', async () => {
    const page = await journey.open()
    await journey.signIn(page, `/${place.slug}/developers/webhooks/new`)
    await page.getByLabel('URL').fill(`${sink.url}/hooks`)
    await page.getByRole('radio', { name: /HMAC/ }).check()
    await page.getByRole('button', { name: 'Create endpoint' }).click()
    await page.getByRole('heading', { name: `${sink.url}/hooks`, level: 1 }).waitFor()

    sink.reset(500)
    for (const id of ['one', 'two', 'three']) {
      await customer(id)
      await expect.poll(customersHeard).toContain(id)
    }
    const rows = page.getByRole('region', { name: 'deliveries' }).getByRole('row')
    await expect.poll(() => rows.filter({ hasText: 'Failed' }).count()).toBe(3)
    await journey.look(page, 'failed')

    sink.reset(200)
    await page.getByRole('button', { name: 'More actions' }).click()
    await page.getByRole('menuitem', { name: 'Send failed again' }).click()
    await page.getByRole('dialog', { name: 'Send 3 failed messages again?' }).waitFor()
    await journey.look(page, 'replay')
    await page.getByRole('button', { name: 'Send again' }).click()
    await expect.poll(customersHeard).toEqual(['one', 'two', 'three'])
    await expect.poll(() => rows.filter({ hasText: 'Succeeded' }).count()).toBe(3)
    await rows.last().getByRole('link').click()
    const attempts = page.getByRole('dialog').getByRole('region', { name: 'attempts' })
    await attempts.getByText('Delivered').waitFor()
    expect(await attempts.getByRole('row').allTextContents()).toEqual([
      expect.any(String),
      expect.stringMatching(/Failed500$/),
      expect.stringMatching(/Delivered200$/),
    ])
    await journey.look(page, 'attempts')

    await page.goto(`/${place.slug}/developers/webhooks`)
    await page.getByRole('button', { name: 'Signing secret' }).click()
    const first = await page.getByTestId('Secret').textContent()
    await journey.look(page, 'secret')
    await page.getByRole('button', { name: 'Make a new one' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Make a new secret' }).click()
    const second = await page.getByTestId('New secret').textContent()
    expect(await page.getByTestId('Secret until then').textContent()).toBe(first)
    expect(second).not.toBe(first)
    await journey.look(page, 'both-secrets')

    sink.reset(200)
    await customer('four')
    await expect.poll(() => sink.received.length).toBe(1)
    const [heard] = sink.received as [Received]
    expect(heard.headers['x-lago-signature']).toBe(signature(first, heard))
    expect(heard.headers['x-weir-next-signature']).toBe(signature(second, heard))

    await page.getByRole('button', { name: 'Make a new one' }).click()
    await page.getByLabel('The present secret ends').selectOption({ label: 'Now' })
    await page.getByRole('dialog').getByRole('button', { name: 'Make a new secret' }).click()
    const third = await page.getByTestId('Secret').textContent()
    sink.reset(200)
    await customer('five')
    await expect.poll(() => sink.received.length).toBe(1)
    const [later] = sink.received as [Received]
    expect(later.headers['x-lago-signature']).toBe(signature(third, later))
    expect(later.headers['x-weir-next-signature']).toBeUndefined()
  })
})
