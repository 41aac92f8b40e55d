import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ok } from '../support/billing-fixtures.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'
import { heard, listen, prepaying, use, walletOf } from '../support/ongoing-fixtures.ts'

let harness: Harness

beforeAll(async () => {
  harness = await startHarness()
})
afterAll(() => harness.close())

const URL = '/customers/c/wallets/main/alerts'

/** A customer with a wallet `main` of 100 credits, whose usage is paid as it comes. */
async function alerted(charge: object = { pay_in_advance: true }): Promise<Client> {
  const client = await prepaying(harness, { charge })
  await listen(client)
  await walletOf(client, { code: 'main', granted_credits: '100' })
  await client.clock('2024-06-01T00:01:00Z')
  return client
}

const alert = (type: string, values: readonly number[], more: object = {}) => ({
  alert: { alert_type: type, code: 'low', thresholds: values.map((value) => ({ value })), ...more },
})

const crossings = async (client: Client) =>
  (await heard(harness, client, 'alert.triggered')).map(({ triggered_alert: each }) => [
    each.previous_value,
    each.current_value,
    each.crossed_thresholds.map(({ value }: { value: string }) => value),
  ])

describe('alerts of a wallet', () => {
  it('are made, listed, changed and deleted by their code', async () => {
    const client = await alerted()
    const made = await ok(client, 'POST', URL, alert('wallet_balance_amount', [8000, 5000], { name: 'Low' }))
    const { wallet } = await ok(client, 'GET', '/customers/c/wallets/main')
    expect(made.alert).toMatchObject({
      external_subscription_id: null,
      lago_wallet_id: wallet.lago_id,
      wallet_code: 'main',
      alert_type: 'wallet_balance_amount',
      direction: 'decreasing',
      previous_value: '10000.0',
      last_processed_at: null,
      billable_metric: null,
      name: 'Low',
    })
    const second = { ...alert('wallet_credits_balance', [5]).alert, code: 'b' }
    const third = { ...alert('wallet_credits_ongoing_balance', [5]).alert, code: 'c' }
    const batch = await ok(client, 'POST', URL, { alerts: [second, third] })
    expect(batch.alerts.map((each: { previous_value: string }) => each.previous_value)).toEqual([
      '100.0',
      '100.0',
    ])
    const list = await ok(client, 'GET', `${URL}?per_page=2`)
    expect([list.alerts.length, list.meta.total_count]).toEqual([2, 3])
    const changed = await ok(client, 'PUT', `${URL}/low`, {
      alert: { code: 'lower', thresholds: [{ value: 1 }] },
    })
    expect(changed.alert).toMatchObject({ code: 'lower', thresholds: [{ value: '1.0' }] })
    expect((await client.call('GET', `${URL}/low`)).body.code).toBe('alert_not_found')
    expect((await ok(client, 'DELETE', `${URL}/lower`)).alert.code).toBe('lower')
    expect((await client.call('DELETE', URL)).status).toBe(200)
    expect((await ok(client, 'GET', URL)).alerts).toEqual([])
  })

  it('are refused with the codes of alerts', async () => {
    const client = await alerted()
    const refusal = async (body: object) => (await client.call('POST', URL, body)).body.error_details
    expect(await refusal(alert('current_usage_amount', [1]))).toEqual({ alert_type: ['invalid_type'] })
    expect(await refusal(alert('wallet_balance_amount', []))).toEqual({ thresholds: ['value_is_mandatory'] })
    await ok(client, 'POST', URL, alert('wallet_balance_amount', [1]))
    expect(await refusal(alert('wallet_credits_balance', [1]))).toEqual({ code: ['value_already_exist'] })
    const twin = alert('wallet_balance_amount', [1], { code: 'twin' })
    expect(await refusal(twin)).toEqual({ base: ['alert_already_exists'] })
    const missing = async (path: string) => (await client.call('GET', path)).body.code
    expect(await missing('/customers/x/wallets/main/alerts')).toBe('customer_not_found')
    expect(await missing('/customers/c/wallets/x/alerts')).toBe('wallet_not_found')
    expect(await missing(`${URL}/x`)).toBe('alert_not_found')
  })

  it('tell all thresholds of one fall in one message', async () => {
    const client = await alerted()
    await ok(client, 'POST', URL, alert('wallet_balance_amount', [9000, 7000, 5000]))
    await use(client, 5)
    await client.clock('2024-06-02T00:00:00Z')
    expect(await crossings(client)).toEqual([])
    await use(client, 55)
    await client.clock('2024-06-03T00:00:00Z')
    expect(await crossings(client)).toEqual([['9500.0', '4000.0', ['5000.0', '7000.0', '9000.0']]])
    const [message] = await heard(harness, client, 'alert.triggered')
    expect(message.triggered_alert).toMatchObject({
      external_customer_id: 'c',
      external_subscription_id: null,
      lago_subscription_id: null,
      alert_code: 'low',
      alert_type: 'wallet_balance_amount',
    })
    expect(message.triggered_alert.lago_wallet_id).toEqual(expect.any(String))
  })

  it('wait for the next fall when they are made below their threshold', async () => {
    const client = await alerted()
    await ok(client, 'POST', URL, alert('wallet_credits_balance', [120]))
    await use(client, 10)
    await client.clock('2024-06-02T00:00:00Z')
    expect(await crossings(client)).toEqual([])
    const { wallet } = await ok(client, 'GET', '/customers/c/wallets/main')
    const granted = { wallet_id: wallet.lago_id, granted_credits: '50' }
    await ok(client, 'POST', '/wallet_transactions', { wallet_transaction: granted })
    await client.clock('2024-06-03T00:00:00Z')
    await use(client, 30)
    await client.clock('2024-06-04T00:00:00Z')
    expect(await crossings(client)).toEqual([['140.0', '110.0', ['120.0']]])
  })

  it('watch the ongoing balance, step by step', async () => {
    const client = await alerted({})
    const thresholds = [{ value: 8000 }, { value: 2000, recurring: true }]
    await ok(client, 'POST', URL, alert('wallet_ongoing_balance_amount', [], { thresholds }))
    await use(client, 30)
    await client.clock('2024-06-02T00:00:00Z')
    await use(client, 20)
    await client.clock('2024-06-03T00:00:00Z')
    expect(await crossings(client)).toEqual([
      ['10000.0', '7000.0', ['8000.0']],
      ['7000.0', '5000.0', ['6000.0']],
    ])
  })
})
