import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasChromium, Journey, type Place } from '../support/browser-journey.ts'
import { type Sink, startSink } from '../support/webhook-sink.ts'

describe.runIf(hasChromium)('J27: dunning', () => {
  /** Where mails of sandboxes go. */
  let mails: string
  let sink: Sink
  let journey: Journey
  let place: Place

  beforeAll(async () => {
    mails = mkdtempSync(join(tmpdir(), 'weir-mails-'))
    sink = await startSink()
    journey = await Journey.start('j27', {
      WEIR_MAIL_SINK: `folder:${mails}`,
      LAGO_FROM_EMAIL: 'billing@example.com',
      WEIR_ALLOW_PRIVATE_WEBHOOKS: 'true',
    })
    place = await journey.sandbox('Dunning')
    await place.api('PUT', '/test_clock', { test_clock: { now: '2026-01-01T00:00:00Z' } })
    const { billing_entities: entities } = await place.api('GET', '/billing_entities')
    await place.api('PUT', `/billing_entities/${entities[0].code}`, {
      billing_entity: { email: 'finance@example.com' },
    })
    await place.api('POST', '/add_ons', {
      add_on: { name: 'Setup', code: 'setup', amount_cents: 20_000, amount_currency: 'EUR' },
    })
    await place.api('POST', '/webhook_endpoints', {
      webhook_endpoint: { webhook_url: sink.url, event_types: ['dunning_campaign.finished'] },
    })
    for (const id of ['payer', 'silent']) {
      await place.api('POST', '/customers', {
        customer: {
          ...{ external_id: id, name: `The ${id}`, currency: 'EUR', net_payment_term: 0 },
          email: `${id}@example.com`,
        },
      })
    }
  })
  afterAll(async () => {
    await journey?.end()
    await sink?.close()
    rmSync(mails, { recursive: true, force: true })
  })

  const bill = async (external_customer_id: string): Promise<string> => {
    const { invoice } = await place.api('POST', '/invoices', {
      invoice: { external_customer_id, currency: 'EUR', fees: [{ add_on_code: 'setup' }] },
    })
    return invoice.lago_id
  }
  const moveTo = (now: string) => place.api('PUT', '/test_clock', { test_clock: { now } })
  const mailsTo = (id: string) =>
    readdirSync(mails, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.eml'))
      .filter((name) => readFileSync(join(mails, name), 'utf8').includes(`${id}@example.com`)).length

  it('asks twice, is paid, and asks no more; whoever is silent has all attempts', async () => {
    const page = await journey.open()
    await journey.signIn(page, `/${place.slug}/settings/dunning/new`)
    await page.getByRole('textbox', { name: 'Name', exact: false }).first().fill('Late payers')
    await page.getByLabel('Currency of threshold 1').selectOption('EUR')
    await page.getByLabel('Amount in EUR').fill('150')
    await page.getByLabel('Attempts').fill('3')
    await page.getByLabel('Days between them').fill('5')
    await page.getByText('A customer is asked on day 1, 6, 11').waitFor()
    await page.getByRole('button', { name: 'Create campaign' }).click()
    await page.getByRole('heading', { name: 'Late payers', level: 1 }).waitFor()
    await page.getByRole('heading', { name: 'Nobody is being asked' }).waitFor()
    await page.getByRole('switch').click()
    await page.getByRole('switch', { checked: true }).waitFor()

    const invoice = await bill('payer')
    await bill('silent')
    await moveTo('2026-01-03T00:00:00Z')
    await expect.poll(() => [mailsTo('payer'), mailsTo('silent')]).toEqual([1, 1])
    await moveTo('2026-01-08T00:00:00Z')
    await expect.poll(() => [mailsTo('payer'), mailsTo('silent')]).toEqual([2, 2])
    await page.reload()
    const asked = page.getByRole('region', { name: 'customers', exact: true })
    await asked.getByRole('row', { name: /The payer.*2 of 3 \(EUR\).*€200\.00/ }).waitFor()
    await journey.look(page, 'asked-twice')

    await place.api('POST', '/payments', {
      payment: { invoice_id: invoice, amount_cents: 20_000, reference: 'Transfer' },
    })
    await moveTo('2026-01-20T00:00:00Z')
    await expect.poll(() => sink.received.length).toBe(1)
    expect(JSON.parse(sink.received[0]?.body ?? '{}')).toMatchObject({
      webhook_type: 'dunning_campaign.finished',
      dunning_campaign: { external_customer_id: 'silent', dunning_campaign_code: 'late_payers' },
    })
    await expect.poll(() => mailsTo('silent')).toBe(3)
    await moveTo('2026-02-20T00:00:00Z')
    expect([mailsTo('payer'), mailsTo('silent')]).toEqual([2, 3])

    await page.reload()
    await page.getByRole('button', { name: 'Show table' }).click()
    const funnel = page.getByRole('region', { name: 'Customers of the campaign' })
    await expect
      .poll(async () => (await funnel.getByRole('row').allTextContents()).slice(1))
      .toEqual(['Asked2', 'With an address2', 'Paid1', 'Not paid yet0', 'All attempts made1'])
    await page.getByRole('button', { name: 'Show picture' }).click()
    await journey.look(page, 'finished')

    await page.goto(`/${place.slug}/customers/silent/payments`)
    await page.getByText('3 of 3 times for EUR').waitFor()
    await page.getByText('Late payers (inherited)').waitFor()
    await journey.look(page, 'customer')
    await page.getByRole('button', { name: 'Change', exact: true }).click()
    await page.getByLabel('Never ask this customer').click()
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click()
    await page.getByText('It is never asked.').waitFor()

    const narrow = await journey.open({ width: 390 })
    await journey.signIn(narrow, `/${place.slug}/settings/dunning/late_payers`)
    await narrow.getByText('2 asked, 1 paid.').waitFor()
    await journey.look(narrow, 'narrow')
  })
})
