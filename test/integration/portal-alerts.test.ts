import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Mailer } from '../../src/actions/context.ts'
import { PORTAL_PARTS } from '../../src/core/portal/portal-parts.ts'
import type { MailMessage } from '../../src/gateways/mail/message.ts'
import { tasks } from '../../src/jobs/tasks.ts'
import { ok } from '../support/billing-fixtures.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'
import { heard, listen, prepaying, use, walletOf } from '../support/ongoing-fixtures.ts'
import { addCustomer } from '../support/payment-fixtures.ts'
import { type Buyer, buyerOf, openWith } from '../support/portal-buyer.ts'

const WEIR = '/api/weir/v1'
const NOTHING = '00000000-0000-7000-8000-000000000000'
const RUN = { attempt: 1, signal: new AbortController().signal }

let harness: Harness
let client: Client
let buyer: Buyer
let sunk: MailMessage[]

beforeAll(async () => {
  harness = await startHarness()
  const sink: Mailer['sink'] = async (message) => {
    sunk.push(message)
    return { outcome: 'sent', code: null, text: 'written', rejected: [] }
  }
  Object.assign(harness.context, { mail: { send: sink, sink } satisfies Mailer })
})
afterAll(() => harness?.close())

beforeEach(async () => {
  sunk = []
  client = await prepaying(harness, {
    plan: { name: 'Pro', invoice_display_name: 'The Pro plan' },
    customer: { name: 'Acme', email: 'ada@acme.example' },
  })
  await listen(client)
  await setParts(PORTAL_PARTS)
  buyer = await buyerOf(harness, client, 'c')
})

const setParts = (parts: readonly string[]) =>
  ok(client, 'PUT', `${WEIR}/portal_settings`, { portal_settings: { parts } })
const own = async (): Promise<string> => (await buyer.call('GET', '/overview')).body.subscriptions[0].id
const onUsage = async (amount_cents: unknown, by = buyer, headers: Record<string, string> = {}) =>
  by.call('POST', '/alerts', { alert: { subscription_id: await own(), amount_cents } }, headers)
const onWallet = (wallet_id: string, amount_cents: unknown) =>
  buyer.call('POST', '/alerts', { alert: { wallet_id, amount_cents } })
const listed = async (by = buyer) => (await by.call('GET', '/alerts')).body.alerts
const tick = (at: string) => client.clock(at)
const raised = async () =>
  (await heard(harness, client, 'alert.triggered')).map(({ triggered_alert: each }) => each)

/** Runs the waiting mails of all organizations, each as often as a process that dies would begin it again. */
async function sendMails(times = 1): Promise<void> {
  const { system } = harness.context.database
  const { rows } = await sql<{ id: string; payload: Readonly<Record<string, unknown>> }>`
    select j.id::text, p.payload from graphile_worker.jobs j
    join graphile_worker._private_jobs p on p.id = j.id
    where j.task_identifier = 'send_mail' order by j.id`.execute(system)
  for (const { id, payload } of rows) {
    for (let time = 0; time < times; time += 1) await tasks.send_mail?.(harness.context, payload, RUN)
    await sql`select graphile_worker.complete_jobs(array[${id}::bigint])`.execute(system)
  }
}

describe('alerts in the portal', () => {
  it('are off until the organization has them', async () => {
    const other = await harness.organization()
    await addCustomer(other, 'acme')
    const theirs = await buyerOf(harness, other, 'acme')
    const { status, body } = await theirs.call('GET', '/alerts')
    expect([status, body.code]).toEqual([403, 'portal_part_off'])
    expect((await theirs.call('GET', '/session')).body.session.parts).not.toContain('alerts')
  })

  it('200: are set, listed, changed and deleted, and the activity log says by whom', async () => {
    const wallet = await walletOf(client, { name: 'Prepaid', code: 'main', granted_credits: '100' })
    const made = (await onUsage(5000)).body.alert
    expect(made).toEqual({
      ...{
        id: made.id,
        subscription_id: await own(),
        wallet_id: null,
        name: 'The Pro plan',
        currency: 'EUR',
      },
      ...{ amount_cents: 5000, present_cents: null, is_reached: false, raised_at: null },
    })
    const low = (await onWallet(wallet, '2000')).body.alert
    expect(low).toMatchObject({
      wallet_id: wallet,
      subscription_id: null,
      name: 'Prepaid',
      amount_cents: 2000,
    })
    await use(client, 30)
    await tick('2024-06-01T01:00:00Z')
    expect(await listed()).toEqual([
      { ...made, present_cents: 3000 },
      { ...low, present_cents: 10_000 },
    ])
    const changed = (await buyer.call('PUT', `/alerts/${made.id}`, { alert: { amount_cents: 2500 } })).body
      .alert
    // What it was last compared with stays: nothing is raised again, and the page tells how it is.
    expect(changed).toMatchObject({ amount_cents: 2500, is_reached: true, raised_at: null })
    expect((await buyer.call('DELETE', `/alerts/${low.id}`)).body.alert.id).toBe(low.id)
    expect((await listed()).map(({ id }: { id: string }) => id)).toEqual([made.id])
    const { activity_logs: logs } = await ok(
      client,
      'GET',
      '/activity_logs?external_customer_id=c&resource_types[]=Alert',
    )
    expect(logs.map((each: Record<string, unknown>) => [each.activity_type, each.activity_source])).toEqual([
      ['alert.deleted', 'portal'],
      ['alert.updated', 'portal'],
      ['alert.created', 'portal'],
      ['alert.created', 'portal'],
    ])
    expect(logs[1].activity_object_changes).toEqual({ amount_cents: [5000, 2500] })
    expect(logs[0]).toMatchObject({
      resource_id: low.id,
      activity_object: { amount_cents: 2000, wallet_id: wallet },
    })
  })

  it('422: an amount is needed, whole and not below nothing, on one thing', async () => {
    const id = await own()
    const wallet = await walletOf(client, { code: 'main', granted_credits: '10' })
    const refusal = async (alert: object) => {
      const { status, body } = await buyer.call('POST', '/alerts', { alert })
      return [status, body.error_details]
    }
    expect(await refusal({ amount_cents: null })).toEqual([
      422,
      { subscription_id: ['value_is_mandatory'], amount_cents: ['value_is_mandatory'] },
    ])
    expect(await refusal({ subscription_id: id, wallet_id: wallet, amount_cents: 1 })).toEqual([
      422,
      { wallet_id: ['value_must_be_blank'] },
    ])
    for (const [amount_cents, code] of [
      [0, 'value_is_out_of_range'],
      [-5, 'value_is_out_of_range'],
      ['9007199254740992', 'value_is_out_of_range'],
      [1.5, 'value_is_invalid'],
      ['much', 'value_is_invalid'],
    ]) {
      expect(await refusal({ subscription_id: id, amount_cents })).toEqual([422, { amount_cents: [code] }])
    }
    // A balance can fall to nothing.
    expect((await onWallet(wallet, 0)).status).toBe(200)
    expect((await onWallet(wallet, -1)).status).toBe(422)
    expect((await onUsage(700)).status).toBe(200)
    expect((await onUsage(700)).body.error_details).toEqual({ amount_cents: ['value_already_exist'] })
    const other = (await onUsage(800)).body.alert.id
    const twin = await buyer.call('PUT', `/alerts/${other}`, { alert: { amount_cents: 700 } })
    expect(twin.body.error_details).toEqual({ amount_cents: ['value_already_exist'] })
    expect((await buyer.call('PUT', `/alerts/${other}`, { alert: { amount_cents: '' } })).status).toBe(422)
    const same = await buyer.call('PUT', `/alerts/${other}`, { alert: { amount_cents: 800 } })
    expect(same.status).toBe(200)
  })

  it('422: there are twenty at most, also when they are set at the same time', async () => {
    const id = await own()
    const writes = Array.from({ length: 24 }, (_, n) =>
      buyer.call('POST', '/alerts', { alert: { subscription_id: id, amount_cents: n + 1 } }),
    )
    const answers = await Promise.all(writes)
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(20)
    const refused = answers.filter(({ status }) => status !== 200)
    expect(refused.map(({ body }) => body.error_details)).toEqual(
      refused.map(() => ({ base: ['too_many_alerts'] })),
    )
    expect((await buyer.call('GET', '/alerts')).body.meta.total_count).toBe(20)
  })

  it('the same write with the same key is done once', async () => {
    const key = { 'idempotency-key': 'k' }
    const [once, twice] = [await onUsage(100, buyer, key), await onUsage(100, buyer, key)]
    expect([twice.body, twice.headers['idempotent-replayed']]).toEqual([once.body, 'true'])
    expect(await listed()).toHaveLength(1)
  })

  it('404: nobody reaches those of another customer, of the organization, or on what is not theirs', async () => {
    const wallet = await walletOf(client, { code: 'main', granted_credits: '10' })
    const { alert } = (await onUsage(100)).body
    const { alert: sellers } = await ok(client, 'POST', '/subscriptions/s/alerts', {
      alert: { alert_type: 'current_usage_amount', code: 'internal', thresholds: [{ value: 300 }] },
    })
    await addCustomer(client, 'globex')
    const stranger = await harness.organization()
    await ok(stranger, 'PUT', `${WEIR}/portal_settings`, { portal_settings: { parts: PORTAL_PARTS } })
    await addCustomer(stranger, 'c')
    for (const other of [await buyerOf(harness, client, 'globex'), await buyerOf(harness, stranger, 'c')]) {
      expect(await listed(other)).toEqual([])
      const put = await other.call('PUT', `/alerts/${alert.id}`, { alert: { amount_cents: 5 } })
      expect([put.status, put.body.code]).toEqual([404, 'alert_not_found'])
      expect((await other.call('DELETE', `/alerts/${alert.id}`)).status).toBe(404)
      expect((await onUsage(100, other)).body.code).toBe('subscription_not_found')
      const onTheirs = await other.call('POST', '/alerts', { alert: { wallet_id: wallet, amount_cents: 5 } })
      expect(onTheirs.body.code).toBe('wallet_not_found')
    }
    for (const id of [sellers.lago_id, NOTHING, 'no-id']) {
      expect((await buyer.call('PUT', `/alerts/${id}`, { alert: { amount_cents: 5 } })).status).toBe(404)
      expect((await buyer.call('DELETE', `/alerts/${id}`)).status).toBe(404)
    }
    const text = JSON.stringify((await buyer.call('GET', '/alerts')).body)
    expect(text).not.toMatch(/internal|external_id|"code"|lago_|threshold/)
    expect(await listed()).toHaveLength(1)
  })

  it("and the organization's own go on beside them, of the same kind and untouched", async () => {
    const alert = { alert_type: 'current_usage_amount', code: 'internal', thresholds: [{ value: 300 }] }
    const { id } = (await onUsage(100)).body.alert
    await ok(client, 'POST', '/subscriptions/s/alerts', { alert })
    expect((await onUsage(300)).status).toBe(200)
    const { alerts, meta } = await ok(client, 'GET', '/subscriptions/s/alerts')
    expect([alerts.map((each: { code: string }) => each.code), meta.total_count]).toEqual([['internal'], 1])
    expect((await client.call('GET', `/subscriptions/s/alerts/portal-${id}`)).status).toBe(404)
    await client.call('DELETE', '/subscriptions/s/alerts')
    expect(await listed()).toHaveLength(2)
  })

  it('a usage alert is raised once a period: a webhook that says whose it is, and one mail', async () => {
    const { alert } = (await onUsage(5000)).body
    await use(client, 30)
    await tick('2024-06-01T01:00:00Z')
    expect(await raised()).toEqual([])
    await use(client, 25)
    await tick('2024-06-15T22:30:00Z')
    await use(client, 10)
    await tick('2024-06-16T01:00:00Z')
    expect(await raised()).toMatchObject([
      {
        ...{ lago_alert_id: alert.id, alert_code: `portal-${alert.id}`, set_by: 'customer' },
        ...{ external_customer_id: 'c', external_subscription_id: 's', current_value: '5500.0' },
        crossed_thresholds: [{ value: '5000.0', code: null, recurring: false }],
      },
    ])
    const [shown] = await listed()
    expect(shown).toMatchObject({ present_cents: 6500, is_reached: true })
    expect(shown.raised_at).toMatch(/^2024-06-\d\dT/)
    await sendMails(2)
    expect(sunk.map(({ to, title }) => [to, title])).toEqual([
      [['ada@acme.example'], 'The Pro plan: usage has reached €50.00'],
    ])
    const [mail] = sunk
    expect(mail?.text).toContain('Hello Acme,')
    expect(mail?.text).toContain('€55.00\nThe Pro plan · Jun 1, 2024\n')
    const token = /customer-portal\/([\w-]{92})/.exec(mail?.text ?? '')?.[1]
    expect((await openWith(harness, token)).statusCode).toBe(200)
    const { activity_logs: logs } = await ok(client, 'GET', '/activity_logs?activity_types[]=email.sent')
    expect(logs).toMatchObject([
      { external_customer_id: 'c', resource_type: 'Customer', activity_object: { kind: 'portal_alert' } },
    ])
    // The mails of documents are what members see and send again.
    expect((await ok(client, 'GET', `${WEIR}/mails`)).mails).toEqual([])
    // A new period arms it again.
    await tick('2024-07-01T01:00:00Z')
    expect((await listed())[0]).toMatchObject({ present_cents: 0, is_reached: false })
    await use(client, 51)
    await tick('2024-07-02T00:00:00Z')
    expect(await raised()).toHaveLength(2)
    await sendMails()
    expect(sunk).toHaveLength(2)
  })

  it('a balance alert is raised on the way down, in the language of the customer', async () => {
    await ok(client, 'POST', '/customers', {
      customer: { external_id: 'c', billing_configuration: { document_locale: 'de' } },
    })
    const wallet = await walletOf(client, { code: 'main', granted_credits: '100' })
    await onWallet(wallet, 5000)
    const take = (credits: string) =>
      ok(client, 'POST', '/wallet_transactions', {
        wallet_transaction: { wallet_id: wallet, voided_credits: credits },
      })
    await take('40')
    await tick('2024-06-02T00:00:00Z')
    expect(await raised()).toEqual([])
    await take('10')
    await tick('2024-06-03T00:00:00Z')
    expect(await raised()).toMatchObject([
      { lago_wallet_id: wallet, current_value: '5000.0', previous_value: '6000.0', set_by: 'customer' },
    ])
    expect((await listed())[0]).toMatchObject({ present_cents: 5000, is_reached: true })
    await sendMails()
    expect(sunk.map(({ title }) => title.replaceAll('\u00a0', ' '))).toEqual([
      'Vorausbezahltes Guthaben: Stand ist auf 50,00 € gefallen',
    ])
  })

  it('nothing is raised where the portal does not show it, and no mail goes to nobody', async () => {
    await onUsage(1000)
    await setParts(PORTAL_PARTS.filter((part) => part !== 'alerts'))
    await use(client, 20)
    await tick('2024-06-02T00:00:00Z')
    expect(await raised()).toEqual([])
    await setParts(PORTAL_PARTS.filter((part) => part !== 'amounts'))
    expect(await listed()).toEqual([])
    expect((await onUsage(9000)).body.code).toBe('portal_part_off')
    await setParts(PORTAL_PARTS)
    await ok(client, 'POST', '/customers', { customer: { external_id: 'c', email: null } })
    await onUsage(2500)
    await use(client, 10)
    await tick('2024-06-03T00:00:00Z')
    expect(await raised()).toHaveLength(1)
    await sendMails()
    expect(sunk).toEqual([])
  })

  it('goes over to the plan that follows, and is gone with the subscription, for whoever comes after', async () => {
    await onUsage(1000)
    const { billable_metric: metric } = await ok(client, 'GET', '/billable_metrics/gb')
    const charge = {
      billable_metric_id: metric.lago_id,
      charge_model: 'standard',
      properties: { amount: '2' },
    }
    await ok(client, 'POST', '/plans', {
      plan: {
        ...{ name: 'Larger', code: 'q', interval: 'monthly', amount_cents: 900, amount_currency: 'EUR' },
        charges: [charge],
      },
    })
    await ok(client, 'POST', '/subscriptions', {
      subscription: { external_customer_id: 'c', external_id: 's', plan_code: 'q' },
    })
    expect(await listed()).toMatchObject([
      { name: 'Larger', subscription_id: await own(), amount_cents: 1000 },
    ])
    await use(client, 5)
    await tick('2024-06-02T00:00:00Z')
    expect(await raised()).toMatchObject([{ current_value: '1000.0' }])
    await ok(client, 'DELETE', '/subscriptions/s')
    expect(await listed()).toEqual([])
    await addCustomer(client, 'next')
    await ok(client, 'POST', '/subscriptions', {
      subscription: { external_customer_id: 'next', external_id: 's', plan_code: 'p' },
    })
    await sendMails()
    await use(client, 50)
    await tick('2024-06-03T00:00:00Z')
    expect(await raised()).toHaveLength(1)
    await sendMails()
    expect(sunk).toHaveLength(1)
  })
})
