import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EMAIL, hasChromium, Journey, PASSWORD } from '../support/browser-journey.ts'
import { SlowHuman } from '../support/browser-keyboard.ts'
import { type Sink, startSink } from '../support/webhook-sink.ts'

const SECONDS_MAX = 300

describe.runIf(hasChromium)('J01: from a fresh install to an invoice, by the keyboard alone', () => {
  let sink: Sink
  let journey: Journey
  let link: string

  beforeAll(async () => {
    sink = await startSink()
    const fresh = await Journey.fresh('j01', { WEIR_ALLOW_PRIVATE_WEBHOOKS: 'true' })
    ;({ journey, link } = fresh)
  })
  afterAll(async () => {
    await journey?.end()
    await sink?.close()
  })

  it('account, sample company, price, a thousand events, time, invoice and PDF', async () => {
    const page = await journey.open()
    const human = new SlowHuman(page)
    await page.goto(`${journey.url}${new URL(link).pathname}`)
    await journey.look(page, 'owner')
    await human.type(page.getByLabel('E-mail'), EMAIL)
    await human.type(page.getByLabel('Password'), PASSWORD)
    await human.keys('Enter')

    await page.getByRole('heading', { name: 'How do you want to start?' }).waitFor()
    await journey.look(page, 'doors')
    await human.press(page.getByRole('button', { name: 'Make the sample company' }))
    await page.getByText('5 of 6').waitFor({ timeout: 120_000 })
    await journey.look(page, 'home')

    await human.press(page.getByRole('link', { name: 'A webhook was delivered' }))
    await human.type(page.getByLabel('URL'), `${sink.url}/hooks`)
    await human.press(page.getByRole('button', { name: 'Create endpoint' }))
    await page.getByRole('heading', { name: `${sink.url}/hooks`, level: 1 }).waitFor()

    await human.open('growth', 'Growth')
    const total = page.getByTestId('preview-total')
    await total.waitFor()
    const before = await total.textContent()
    await human.press(page.getByRole('slider', { name: 'API calls, units' }))
    await human.keys(...Array.from({ length: 10 }, () => 'ArrowRight'))
    await expect.poll(() => total.textContent()).not.toBe(before)
    await journey.look(page, 'price')

    const id = 'northwind-robotics-1'
    await human.open(id, 'Northwind')
    await human.press(page.getByRole('link', { name: 'Send usage' }))
    await human.choose(page.getByLabel('Metric'), 'API calls')
    const usage = page.getByRole('region', { name: `Usage of ${id}` })
    const cards = usage.getByRole('listitem').filter({ hasText: 'API calls' })
    await cards.getByText('0', { exact: true }).waitFor()
    await human.press(page.getByRole('button', { name: 'Send 1,000' }))
    await cards.getByText('1,000', { exact: true }).waitFor()
    await journey.look(page, 'events')

    // Each step goes to the next end of any period; early in a month other customers come first.
    for (let step = 0; step < 5 && (await cards.getByText('1,000', { exact: true }).count()) > 0; step += 1) {
      await human.press(page.getByRole('button', { name: 'Advance' }))
      await human.keys('ArrowDown', 'ArrowDown', 'Enter')
      const ran = page.getByRole('dialog', { name: 'What happened' })
      await ran.getByText(/things? (that )?happened/).waitFor({ timeout: 120_000 })
      await journey.look(page, `time-${step + 1}`)
      await human.keys('Escape')
      await ran.waitFor({ state: 'detached' })
    }
    await cards.getByText('0', { exact: true }).waitFor()

    await human.open('northwind-robotics', 'Northwind')
    // Until the customer is there, the last link of this name is the one to the invoices of everybody.
    await page.getByRole('heading', { name: 'Northwind Robotics', level: 1 }).waitFor()
    await human.press(page.getByRole('link', { name: 'Invoices', exact: true }).last())
    await human.press(page.getByRole('region', { name: 'invoices' }).getByRole('link').first())
    await page.getByTestId('invoice-total').waitFor()
    await journey.look(page, 'invoice')
    const invoice = await invoiceShown(page)
    expect(invoice.status).toBe('finalized')
    const format = new Intl.NumberFormat('en-US', { style: 'currency', currency: invoice.currency })
    const shown = await page.getByTestId('invoice-total').textContent()
    expect(shown?.trim()).toBe(format.format(invoice.total_amount_cents / 100))
    const calls = invoice.fees.find(({ item }) => item.code === 'api_calls')
    // 100 at 1.00 with 10.00 flat, and 900 at 0.50.
    expect([calls?.units, calls?.amount_cents]).toEqual(['1000.0', 56_000])

    await human.press(page.getByRole('button', { name: 'PDF' }))
    await page.getByRole('link', { name: 'Download' }).waitFor({ timeout: 60_000 })
    await journey.look(page, 'pdf')
    expect(human.seconds()).toBeLessThan(SECONDS_MAX)

    // All six facts are there, so Home does not ask for them any more.
    await human.keys('Escape')
    await human.keys('g', 'h')
    await page.getByRole('heading', { name: 'Home', level: 1 }).waitFor()
    await journey.look(page, 'home-at-the-end')
    await expect.poll(() => page.getByText('From nothing to an invoice').count()).toBe(0)
    expect(sink.received.length).toBeGreaterThan(0)
  })
})

type Shown = {
  readonly status: string
  readonly currency: string
  readonly total_amount_cents: number
  readonly fees: readonly {
    readonly item: { readonly code: string }
    readonly units: string
    readonly amount_cents: number
  }[]
}

/** The invoice of the page, as the API answers it to the person who looks at it. */
async function invoiceShown(page: Page): Promise<Shown> {
  const [, slug, , id] = new URL(page.url()).pathname.split('/')
  const { invoice } = await page.evaluate<{ invoice: Shown }>(
    `fetch('/api/v1/invoices/${id}', { headers: { 'x-weir-organization': '${slug}' } })
      .then((answer) => answer.json())`,
  )
  return invoice
}
