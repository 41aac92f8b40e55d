import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasChromium, Journey, type Place } from '../support/browser-journey.ts'

const CUSTOMERS = 60
const AT_ONCE = 10
const DAY_MS = 86_400_000

const namesOf = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => `c${from + n}`)

describe.runIf(hasChromium)('a billing run of a live organization', () => {
  let journey: Journey
  let place: Place

  beforeAll(async () => {
    journey = await Journey.start('billing-run')
    place = await journey.live('Billing run')
    const plan = { name: 'Weekly', code: 'weekly', interval: 'weekly', amount_currency: 'EUR' }
    await place.api('POST', '/plans', { plan: { ...plan, amount_cents: 700, pay_in_advance: false } })
    const subscription_at = new Date(Date.now() - 9 * DAY_MS).toISOString()
    for (let from = 0; from < CUSTOMERS; from += AT_ONCE) {
      await Promise.all(
        namesOf(from, from + AT_ONCE).map(async (id) => {
          await place.api('POST', '/customers', { customer: { external_id: id, currency: 'EUR' } })
          await place.api('POST', '/subscriptions', {
            subscription: {
              external_customer_id: id,
              external_id: `s-${id}`,
              plan_code: 'weekly',
              billing_time: 'anniversary',
              subscription_at,
            },
          })
        }),
      )
    }
  })
  afterAll(() => journey?.end())

  it('counts down in the top bar, and is gone at the end', async () => {
    const page = await journey.open()
    await journey.database(async (first) => {
      await journey.database(async (second) => {
        // Somebody else works on two thirds of the customers, so the run leaves their bills for later.
        const held = `select c.id from customers c join organizations o on o.id = c.organization_id
          where o.slug = $1 and c.external_id = any ($2) for no key update of c`
        for (const [client, ids] of [
          [first, namesOf(20, 40)],
          [second, namesOf(40, CUSTOMERS)],
        ] as const) {
          await client.query('begin')
          expect((await client.query(held, [place.slug, ids])).rowCount).toBe(20)
        }
        // The week that is over falls due.
        await journey.database(async (client) => {
          const { rowCount } = await client.query(
            `update due_items set due_at = date_trunc('day', now() - interval '2 days')
             where kind = 'subscription_billing' and organization_id = (select id from organizations where slug = $1)`,
            [place.slug],
          )
          expect(rowCount).toBe(CUSTOMERS)
        })
        await expect.poll(billsLeft, { timeout: 60_000 }).toBe(40)
        await journey.signIn(page, `/${place.slug}`)
        await page.getByText('40 bills left').waitFor()
        const bar = page.getByRole('progressbar', { name: 'Billing run' })
        await first.query('commit')
        await page.getByText('20 bills left').waitFor()
        expect([await bar.getAttribute('value'), await bar.getAttribute('max')]).toEqual(['20', '40'])
        await journey.look(page, 'under-way')
        await second.query('commit')
        await bar.waitFor({ state: 'detached' })
      })
    })
    expect(await billsLeft()).toBe(0)
    const { meta } = await place.api('GET', '/invoices?per_page=1&status=finalized')
    expect(meta.total_count).toBe(CUSTOMERS)
  })

  const billsLeft = async (): Promise<number> =>
    (await place.api('GET', '/api/weir/v1/billing_run')).billing_run.bills_left_count
})
