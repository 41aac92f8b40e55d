import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasChromium, Journey, type Place, tooWide } from '../support/browser-journey.ts'
import { makeScene, sendEvent } from '../support/browser-scenes.ts'

describe.runIf(hasChromium)('what people do every day', () => {
  let journey: Journey
  let place: Place

  beforeAll(async () => {
    journey = await Journey.start('daily')
    place = await journey.sandbox('Daily')
    await makeScene(place, { customer: { email: 'c@example.com' } })
    await place.api('POST', '/customers', { customer: { external_id: 'd', name: '=Two, "Ltd"' } })
    await sendEvent(place, 'tokens', { tokens: 1234 })
    await place.api('PUT', '/test_clock', { test_clock: { now: '2026-03-10T00:00:00Z' } })
  })
  afterAll(() => journey?.end())

  it('exports every row that the filters find', async () => {
    const page = await journey.open()
    await journey.signIn(page, `/${place.slug}/invoices`)
    const save = async () => {
      const download = page.waitForEvent('download')
      await page.getByRole('button', { name: 'Export CSV' }).click()
      const file = await download
      expect(file.suggestedFilename()).toMatch(/^\w+-2026-03-10\.csv$/)
      return (await readFile(await file.path(), 'utf8')).replace('\ufeff', '').trimEnd().split('\r\n')
    }
    const { invoices } = await place.api('GET', '/invoices')
    const rows = await save()
    expect(rows.length).toBe(invoices.length + 1)
    expect(rows[0]).toMatch(/^Number,Status,Type,Customer,/)
    const [newest] = invoices
    expect(rows[1]).toContain(`${newest.number},overdue,Subscription,Customer One,c,EUR,`)
    expect(rows[1]).toContain(`,${(newest.total_amount_cents / 100).toFixed(2)},`)
    await page.getByText(`Exported ${invoices.length} invoices.`).waitFor()
    await page.getByRole('link', { name: 'Voided' }).click()
    await page.getByText('No invoices match').waitFor()
    expect((await save()).length).toBe(1)

    await page.goto(`/${place.slug}/customers?q=two`)
    await page.getByText('1 customer', { exact: true }).waitFor()
    // Nothing that a customer is called is computed by a spreadsheet.
    expect((await save())[1]).toMatch(/^d,"'=Two, ""Ltd""",/)
  })

  it('keeps filters and page while an entry of a log is open', async () => {
    const page = await journey.open()
    await journey.signIn(page, `/${place.slug}/developers/api-log?method=put&from=2026-01-01`)
    await page
      .getByRole('link', { name: /PUT \/api\/v1\/test_clock/ })
      .first()
      .click()
    const dialog = page.getByRole('dialog', { name: 'API call' })
    await dialog.getByText('Request body').waitFor()
    expect(new URL(page.url()).search).toMatch(/^\?method=put&from=2026-01-01&call=/)
    await journey.look(page, 'call')
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    expect(new URL(page.url()).search).toBe('?method=put&from=2026-01-01')
    await page.goto(`/${place.slug}/developers/api-log?to=2025-12-31`)
    await page.getByRole('button', { name: 'Clear all filters' }).click()
    await page
      .getByRole('link', { name: /PUT \/api\/v1\/test_clock/ })
      .first()
      .waitFor()
  })

  it('leads from an activity to what it is about', async () => {
    const page = await journey.open()
    await journey.signIn(page, `/${place.slug}/developers/activity?type=Plan&customer=`)
    await page.getByRole('link', { name: 'Plan created' }).click()
    const dialog = page.getByRole('dialog', { name: 'Plan created' })
    await dialog.getByRole('link', { name: 'Plan Pro' }).click()
    await page.getByRole('heading', { name: 'Pro', level: 1 }).waitFor()
    await page.goto(`/${place.slug}`)
    await page.getByRole('link', { name: 'Subscription started' }).click()
    await page.getByRole('heading', { name: 'Main', level: 1 }).waitFor()
  })

  it('renames the organization, and shows the new name at once', async () => {
    const page = await journey.open()
    await journey.signIn(page, `/${place.slug}/settings`)
    await page.getByRole('button', { name: 'Rename' }).click()
    const dialog = page.getByRole('dialog', { name: 'Rename the organization' })
    await dialog.getByLabel('Name').fill('Every day')
    await journey.look(page, 'rename')
    await dialog.getByRole('button', { name: 'Rename' }).click()
    await page.getByRole('status').getByText('The organization was renamed.').waitFor()
    await page.getByRole('navigation', { name: 'Main' }).getByText('Every day').waitFor()
    expect((await place.api('GET', '/organizations')).organization.name).toBe('Every day')
  })

  it('edits name and end of a subscription', async () => {
    const page = await journey.open()
    await journey.signIn(page, `/${place.slug}/subscriptions/s`)
    const edit = async (name: string, end: string) => {
      await page.getByRole('button', { name: 'More actions' }).click()
      await page.getByRole('menuitem', { name: 'Edit' }).click()
      const dialog = page.getByRole('dialog', { name: 'Edit subscription' })
      await dialog.getByLabel('Name').fill(name)
      await dialog.getByLabel('Ends').fill(end)
      await dialog.getByRole('button', { name: 'Save subscription' }).click()
      await dialog.waitFor({ state: 'detached' })
      await page.getByRole('heading', { name, level: 1 }).waitFor()
      return (await place.api('GET', '/subscriptions/s')).subscription
    }
    expect((await edit('Renamed', '2027-01-01')).ending_at).toBe('2027-01-01T00:00:00Z')
    await page.getByText('Ending soon').waitFor()
    expect(await edit('Main', '')).toMatchObject({ name: 'Main', ending_at: null })
  })

  it('offers a free id for a subscription, and adds up all that a customer owes', async () => {
    const page = await journey.open()
    await journey.signIn(page, `/${place.slug}/subscriptions/new?customer=c&plan=pro`)
    await page.getByRole('button', { name: 'Use c-1' }).click()
    expect(await page.getByLabel('External id').inputValue()).toBe('c-1')
    await journey.look(page, 'free-id')
    const { overdue_balances } = await place.api(
      'GET',
      '/analytics/overdue_balance?external_customer_id=c&currency=EUR',
    )
    const months: readonly number[] = overdue_balances.map(
      (each: { amount_cents: number }) => each.amount_cents,
    )
    expect(months.length).toBeGreaterThan(1)
    page.once('dialog', (dialog) => dialog.accept())
    await page.goto(`/${place.slug}/customers/c`)
    const total = months.reduce((sum, cents) => sum + cents, 0) / 100
    const figure = page.locator('.figure', { hasText: 'Overdue' })
    await expect
      .poll(() => figure.allInnerTexts())
      .toEqual([`Overdue\n€${total.toFixed(2)}\n${months.length} invoices`])
  })

  it('shows how many bills of a billing run are left', async () => {
    const page = await journey.open()
    let left = 12_345
    await page.route('**/api/weir/v1/billing_run', (route) =>
      route.fulfill({ json: { billing_run: { bills_left_count: left, since: '2026-03-01T00:00:00Z' } } }),
    )
    await journey.signIn(page, '/')
    await page.getByText('12,345 bills left').waitFor()
    left = 6000
    await page.getByText('6,000 bills left').waitFor()
    const bar = page.getByRole('progressbar', { name: 'Billing run' })
    expect([await bar.getAttribute('value'), await bar.getAttribute('max')]).toEqual(['6345', '12345'])
    await journey.look(page, 'billing-run')
    left = 0
    await bar.waitFor({ state: 'detached' })
  })

  it('tells why an invoice is not sent by e-mail', async () => {
    const { invoices } = await place.api('GET', '/invoices')
    const page = await journey.open()
    await journey.signIn(page, `/${place.slug}/invoices/${invoices[0].lago_id}`)
    await page.getByRole('button', { name: 'More actions' }).click()
    await page.getByRole('menuitem', { name: 'Send by e-mail' }).click()
    const dialog = page.getByRole('dialog', { name: `Send ${invoices[0].number} by e-mail?` })
    await dialog.getByText('c@example.com').waitFor()
    await dialog.getByRole('button', { name: 'Send e-mail' }).click()
    await dialog.getByText('The billing entity does not send e-mails of this kind.').waitFor()
    await journey.look(page, 'no-mail')
  })

  it('shows the shortcuts, and the settings without scrolling', async () => {
    const page = await journey.open()
    await journey.signIn(page, `/${place.slug}`)
    await page.getByRole('heading', { name: 'Home', level: 1 }).waitFor()
    await page.keyboard.press('?')
    const dialog = page.getByRole('dialog', { name: 'Keyboard shortcuts' })
    await dialog.getByText('Next row').waitFor()
    await journey.look(page, 'shortcuts')
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    const box = await page
      .getByRole('navigation', { name: 'Main' })
      .getByRole('link', { name: 'Settings' })
      .boundingBox()
    expect(box && box.y + box.height <= 900).toBe(true)
  })

  it('has filters in one row and menus within the window on a telephone', async () => {
    const { invoices } = await place.api('GET', '/invoices')
    const page = await journey.open({ width: 390 })
    await journey.signIn(page, `/${place.slug}/invoices`)
    const bar = await page.getByRole('search').boundingBox()
    expect(bar && bar.height < 60).toBe(true)
    expect(await tooWide(page)).toEqual([])
    await page.goto(`/${place.slug}/invoices/${invoices[0].lago_id}`)
    await page.getByRole('button', { name: 'More actions' }).click()
    const menu = await page.getByRole('menu').boundingBox()
    expect(menu && menu.x >= 0 && menu.x + menu.width <= 390).toBe(true)
    await journey.look(page, 'menu-on-a-telephone')
  })
})
