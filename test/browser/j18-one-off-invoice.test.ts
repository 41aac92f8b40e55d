import { spawnSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasChromium, Journey, type Place } from '../support/browser-journey.ts'

const hasPdfReader = spawnSync('pdftotext', ['-v']).status === 0

describe.runIf(hasChromium)('J18: a one-off invoice', () => {
  let journey: Journey
  let place: Place

  beforeAll(async () => {
    journey = await Journey.start('j18')
    place = await journey.sandbox('One-off')
    const { api } = place
    await api('PUT', '/test_clock', { test_clock: { now: '2026-01-10T09:00:00Z' } })
    for (const [code, name, rate] of [
      ['vat', 'VAT', 20],
      ['city', 'City tax', 3.5],
    ] as const) {
      await api('POST', '/taxes', { tax: { name, code, rate } })
    }
    for (const [code, name, amount_cents] of [
      ['setup', 'Set-up', 25_000],
      ['training', 'Training day', 90_000],
    ] as const) {
      await api('POST', '/add_ons', { add_on: { name, code, amount_cents, amount_currency: 'EUR' } })
    }
    await api('POST', '/customers', {
      customer: { external_id: 'acme', name: 'Acme Widgets', currency: 'EUR' },
    })
  })
  afterAll(() => journey?.end())

  it.each([
    ['on a desk', 1440],
    ['on a telephone', 390],
  ])(
    'two add-ons, one changed, two taxes, %s: the totals shown are those that are saved',
    async (_, width) => {
      const page = await journey.open({ width })
      await journey.signIn(page, `/${place.slug}/customers/acme`)
      await page.getByRole('button', { name: 'More actions' }).click()
      await page.getByRole('menuitem', { name: 'One-off invoice' }).click()
      const total = page.getByTestId('one-off-total')

      // Nothing typed: the first problem has the focus, and its field says so.
      await page.getByRole('button', { name: 'Create invoice' }).click()
      const summary = page.getByRole('alert').filter({ hasText: 'This is not saved yet' })
      await summary.getByText('Choose an add-on.').waitFor()
      await expect
        .poll(() => summary.evaluate((node) => node === node.ownerDocument.activeElement))
        .toBe(true)
      const first = page.getByRole('group', { name: 'Line 1' })
      expect(await first.getByRole('combobox', { name: 'Add-on' }).getAttribute('aria-invalid')).toBe('true')

      await first.getByRole('combobox', { name: 'Add-on' }).selectOption({ label: 'Set-up' })
      await expect.poll(() => total.textContent()).toBe('€250.00')
      await page.getByRole('button', { name: 'Add a line' }).click()
      const second = page.getByRole('group', { name: 'Line 2' })
      await second.getByRole('combobox', { name: 'Add-on' }).selectOption({ label: 'Training day' })
      await second.getByRole('textbox', { name: 'Name on the invoice' }).fill('Workshop in Lyon')
      await second.getByRole('textbox', { name: 'Unit price' }).fill('333.33')
      await second.getByRole('checkbox', { name: /^VAT/ }).check()
      await second.getByRole('checkbox', { name: /^City tax/ }).check()
      // 250.00, and 333.33 with 66.67 and 11.67 of tax, which are 78.33 together.
      await expect.poll(() => total.textContent()).toBe('€661.66')
      // Units change the totals at once.
      await second.getByRole('textbox', { name: 'Units' }).fill('2.5')
      // 833.33 (833.325 rounded) with 166.67 and 29.17, which are 195.83 together.
      await expect.poll(() => total.textContent()).toBe('€1,279.16')
      const rounding = page.getByRole('row', { name: /^Rounding of the taxes/ })
      expect(await rounding.getByRole('cell').textContent()).toBe('−€0.01')
      await journey.look(page, `form-${width}`)
      await page.getByRole('button', { name: 'Create invoice' }).click()
      await page.waitForURL(/\/invoices\/[0-9a-f-]{36}$/)
      await expect.poll(() => page.getByTestId('invoice-total').textContent()).toBe('€1,279.16')
      await page.getByRole('button', { name: 'Workshop in Lyon' }).waitFor()
      await journey.look(page, `made-${width}`)

      const id = new URL(page.url()).pathname.split('/').at(-1)
      const { invoice } = await place.api('GET', `/invoices/${id}`)
      expect(invoice).toMatchObject({
        invoice_type: 'one_off',
        status: 'finalized',
        total_amount_cents: 127_916,
        fees_amount_cents: 108_333,
        taxes_amount_cents: 19_583,
      })
      expect(invoice.applied_taxes.map((tax: { amount_cents: number }) => tax.amount_cents).sort()).toEqual([
        16_667, 2917,
      ])
    },
  )

  it('says which characters its document cannot print', async () => {
    await place.api('POST', '/customers', {
      customer: { external_id: 'bangkok', name: 'ไทย Widgets', currency: 'EUR' },
    })
    const { invoice } = await place.api('POST', '/invoices', {
      invoice: { external_customer_id: 'bangkok', fees: [{ add_on_code: 'setup', units: 1 }] },
    })
    const page = await journey.open()
    await journey.signIn(page, `/${place.slug}/invoices/${invoice.lago_id}`)
    const notice = page.getByRole('status').filter({ hasText: 'cannot be printed' })
    // The document is made a moment later, and the page looks again by itself.
    await notice.waitFor({ timeout: 60_000 })
    expect(await notice.textContent()).toBe(
      '3 characters cannot be printed: ไ ท ย. The PDF has \ufffd in their place.',
    )
    expect(await page.getByText('characters not printed').count()).toBe(0)
    await journey.look(page, 'unprinted')
  })

  it.runIf(hasPdfReader)('is printed with its lines and its total', async () => {
    const page = await journey.open()
    const { invoices } = await place.api('GET', '/invoices?invoice_type=one_off')
    await journey.signIn(page, `/${place.slug}/invoices/${invoices[0].lago_id}`)
    await page.getByRole('button', { name: 'PDF' }).click()
    const download = page.waitForEvent('download')
    await page.getByRole('link', { name: 'Download' }).click({ timeout: 60_000 })
    const text = spawnSync('pdftotext', ['-layout', await (await download).path(), '-'], {
      encoding: 'utf8',
    }).stdout
    for (const printed of ['Set-up', 'Workshop in Lyon', '1,279.16', 'VAT', 'City tax']) {
      expect(text).toContain(printed)
    }
  })

  it('says why there is no e-invoice, and issues it once that is mended', async () => {
    const { billing_entities: entities } = await place.api('GET', '/billing_entities')
    const entity = `/billing_entities/${entities[0].code}`
    const german = {
      ...{ einvoicing: true, country: 'DE', city: 'Berlin', zipcode: '10119', address_line1: 'Weg 1' },
      ...{ legal_name: 'Acme GmbH', tax_identification_number: 'DE123456789', email: 'a@acme.example' },
    }
    await place.api('PUT', entity, { billing_entity: german })
    await place.api('POST', '/customers', {
      customer: {
        ...{ external_id: 'munich', name: 'Käufer', currency: 'EUR', country: 'DE', email: 'k@example.de' },
        ...{ city: 'München', zipcode: '80331', address_line1: 'Platz 2' },
      },
    })
    const { invoice } = await place.api('POST', '/invoices', {
      invoice: { external_customer_id: 'munich', fees: [{ add_on_code: 'setup', units: 1 }] },
    })
    const page = await journey.open()
    await journey.signIn(page, `/${place.slug}/invoices/${invoice.lago_id}`)
    const notice = page.getByRole('status').filter({ hasText: 'No e-invoice was issued.' })
    await notice.waitFor({ timeout: 60_000 })
    expect(await notice.getByRole('listitem').allTextContents()).toEqual([
      "The billing entity's telephone number is missing.",
    ])
    await journey.look(page, 'not-issued')
    const tryAgain = notice.getByRole('button', { name: 'Try again' })
    // The page shows the same list before and after, so only the answer says that this try has ended.
    const refusal = page.waitForResponse((response) => response.url().endsWith('/download_xml'))
    await tryAgain.click()
    expect((await refusal).status()).toBe(422)
    expect(await notice.getByRole('listitem').count()).toBe(1)
    expect(await notice.getByRole('link').allTextContents()).toEqual(['Edit the billing entity'])
    await place.api('PUT', entity, { billing_entity: { phone: '+49 30 123456' } })
    await tryAgain.click()
    await page.getByText('The e-invoice was issued.').waitFor()
    await notice.waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'More actions' }).click()
    const download = page.waitForEvent('download')
    await page.getByRole('menuitem', { name: 'E-invoice (XML)' }).click()
    const file = await download
    expect(file.suggestedFilename()).toBe(`${invoice.number}.xml`)
    expect(await readFile(await file.path(), 'utf8')).toContain('+49 30 123456')
  })
})
