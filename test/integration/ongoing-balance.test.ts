import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ok } from '../support/billing-fixtures.ts'
import { type Harness, startHarness } from '../support/harness.ts'
import { balancesOf, heard, listen, prepaying, use, walletOf } from '../support/ongoing-fixtures.ts'

let harness: Harness

beforeAll(async () => {
  harness = await startHarness()
})
afterAll(() => harness.close())

describe('the ongoing balance', () => {
  it('follows usage, a draft, late usage and the final invoice', async () => {
    const client = await prepaying(harness, {
      at: '2022-12-01T00:00:00Z',
      plan: { amount_cents: 100 },
      customer: { billing_configuration: { invoice_grace_period: 10 } },
    })
    const wallet = await walletOf(client, { granted_credits: '10' })
    await client.clock('2022-12-01T00:01:00Z')
    expect(await balancesOf(client, wallet)).toEqual([1000, 1000, 0])
    await client.clock('2022-12-06T00:00:00Z')
    await use(client, 5)
    await client.clock('2022-12-06T00:00:01Z')
    expect(await balancesOf(client, wallet)).toEqual([1000, 500, 500])
    await client.clock('2023-01-01T01:00:00Z')
    expect(await balancesOf(client, wallet)).toEqual([1000, 400, 600])
    await client.clock('2023-01-06T00:00:00Z')
    await use(client, 3)
    await client.clock('2023-01-06T00:00:01Z')
    expect(await balancesOf(client, wallet)).toEqual([1000, 100, 900])
    await client.clock('2023-01-11T23:00:00Z')
    expect(await balancesOf(client, wallet)).toEqual([400, 100, 300])
  })

  it('counts charges in advance once: they are paid at once', async () => {
    const client = await prepaying(harness, { charge: { pay_in_advance: true } })
    const wallet = await walletOf(client, { rate_amount: '10', granted_credits: '100' })
    await client.clock('2024-06-02T00:00:00Z')
    await use(client, 22)
    await client.clock('2024-06-02T00:00:10Z')
    expect(await balancesOf(client, wallet)).toEqual([97_800, 97_800, 0])
    const { wallet: shown } = await ok(client, 'GET', `/wallets/${wallet}`)
    expect([shown.credits_balance, shown.credits_ongoing_balance]).toEqual(['97.8', '97.8'])
  })

  it('adds the usage of several charges, in cents and in credits', async () => {
    const metrics = [
      { code: 'gb', amount: '1' },
      { code: 'calls', amount: '10' },
    ]
    const client = await prepaying(harness, { metrics })
    const wallet = await walletOf(client, { rate_amount: '10', granted_credits: '97.8' })
    await client.clock('2024-06-02T00:00:00Z')
    await use(client, 11)
    await use(client, 11, { code: 'calls' })
    await client.clock('2024-06-02T00:00:01Z')
    expect(await balancesOf(client, wallet)).toEqual([97_800, 85_700, 12_100])
    const { wallet: shown } = await ok(client, 'GET', `/wallets/${wallet}`)
    expect([shown.credits_ongoing_balance, shown.credits_ongoing_usage_balance]).toEqual(['85.7', '12.1'])
  })

  it('includes taxes, each fee rounded', async () => {
    const client = await prepaying(harness)
    await ok(client, 'POST', '/taxes', {
      tax: { name: 'VAT', code: 'vat', rate: 5.5, applied_to_organization: true },
    })
    const wallet = await walletOf(client, { granted_credits: '10' })
    await use(client, 0.1)
    await client.clock('2024-06-01T00:00:05Z')
    expect(await balancesOf(client, wallet)).toEqual([1000, 989, 11])
  })

  it('is shared out by priority, limits and the wallet that events name', async () => {
    const client = await prepaying(harness, { charge: { accepts_target_wallet: true } })
    const first = await walletOf(client, { code: 'first', priority: 1, granted_credits: '3' })
    const team = await walletOf(client, { code: 'team', priority: 2, granted_credits: '2' })
    const plan = await walletOf(client, {
      code: 'plan',
      priority: 3,
      granted_credits: '9',
      applies_to: { fee_types: ['subscription'] },
    })
    await client.clock('2024-06-01T00:01:00Z')
    await use(client, 4)
    await client.clock('2024-06-01T00:02:00Z')
    expect(await balancesOf(client, first)).toEqual([300, 0, 300])
    expect(await balancesOf(client, team)).toEqual([200, 100, 100])
    expect(await balancesOf(client, plan)).toEqual([900, 900, 0])
    await use(client, 0.5, { properties: { qty: 0.5, target_wallet_code: 'plan' } })
    await client.clock('2024-06-01T00:03:00Z')
    expect(await balancesOf(client, plan)).toEqual([900, 850, 50])
  })

  it('is given out anew when a wallet ends, changes its place or what it pays for', async () => {
    const client = await prepaying(harness)
    const first = await walletOf(client, { code: 'first', priority: 1, granted_credits: '5' })
    const second = await walletOf(client, { code: 'second', priority: 2, granted_credits: '5' })
    await client.clock('2024-06-01T00:01:00Z')
    await use(client, 4)
    await client.clock('2024-06-01T00:02:00Z')
    expect(await balancesOf(client, first)).toEqual([500, 100, 400])
    await ok(client, 'PUT', `/wallets/${first}`, { wallet: { priority: 3 } })
    await client.clock('2024-06-01T00:03:00Z')
    expect([await balancesOf(client, first), await balancesOf(client, second)]).toEqual([
      [500, 500, 0],
      [500, 100, 400],
    ])
    await ok(client, 'PUT', `/wallets/${second}`, { wallet: { applies_to: { fee_types: ['subscription'] } } })
    await client.clock('2024-06-01T00:04:00Z')
    expect(await balancesOf(client, first)).toEqual([500, 100, 400])
    await ok(client, 'PUT', `/wallets/${second}`, { wallet: { applies_to: { fee_types: [] } } })
    await ok(client, 'DELETE', `/wallets/${first}`)
    await client.clock('2024-06-01T00:05:00Z')
    expect(await balancesOf(client, second)).toEqual([500, 100, 400])
  })

  it('moves with the credits at once, before anything is computed', async () => {
    const client = await prepaying(harness)
    const wallet = await walletOf(client, { granted_credits: '10' })
    await client.clock('2024-06-01T00:01:00Z')
    const moved = { wallet_id: wallet, voided_credits: '4' }
    await ok(client, 'POST', '/wallet_transactions', { wallet_transaction: moved })
    expect(await balancesOf(client, wallet)).toEqual([600, 600, 0])
  })

  it('drops a draft that is deleted, and counts it when it is final', async () => {
    const client = await prepaying(harness, {
      plan: { amount_cents: 250 },
      customer: { billing_configuration: { invoice_grace_period: 3 } },
    })
    const wallet = await walletOf(client, { granted_credits: '10' })
    await client.clock('2024-07-01T01:00:00Z')
    expect(await balancesOf(client, wallet)).toEqual([1000, 750, 250])
    const { invoices } = await ok(client, 'GET', '/invoices?status=draft')
    await ok(client, 'DELETE', `/invoices/${invoices[0].lago_id}`)
    await client.clock('2024-07-01T02:00:00Z')
    expect(await balancesOf(client, wallet)).toEqual([1000, 1000, 0])
    await client.clock('2024-08-05T01:00:00Z')
    expect(await balancesOf(client, wallet)).toEqual([750, 750, 0])
  })

  it('is less what progressive invoices billed of the period', async () => {
    const client = await prepaying(harness, { plan: { usage_thresholds: [{ amount_cents: 300 }] } })
    const wallet = await walletOf(client, { granted_credits: '10' })
    await client.clock('2024-06-02T00:00:00Z')
    await use(client, 4)
    await client.clock('2024-06-02T00:01:00Z')
    expect(await balancesOf(client, wallet)).toEqual([600, 600, 0])
    await use(client, 1)
    await client.clock('2024-06-02T00:02:00Z')
    expect(await balancesOf(client, wallet)).toEqual([600, 500, 100])
  })

  it('follows the end of a subscription and a change of prices', async () => {
    const client = await prepaying(harness, {
      customer: { billing_configuration: { invoice_grace_period: 3 } },
    })
    const wallet = await walletOf(client, { granted_credits: '10' })
    await use(client, 2)
    await client.clock('2024-06-01T00:01:00Z')
    expect(await balancesOf(client, wallet)).toEqual([1000, 800, 200])
    const charge = { properties: { amount: '2' } }
    await ok(client, 'PUT', '/plans/p/charges/gb_charge', { charge })
    await client.clock('2024-06-01T00:02:00Z')
    expect(await balancesOf(client, wallet)).toEqual([1000, 600, 400])
    await ok(client, 'DELETE', '/subscriptions/s')
    await client.clock('2024-06-01T00:03:00Z')
    expect(await balancesOf(client, wallet)).toEqual([1000, 600, 400])
    await client.clock('2024-06-05T00:00:00Z')
    expect(await balancesOf(client, wallet)).toEqual([600, 600, 0])
  })

  it('tells once when it is used up, and again after it was not', async () => {
    const client = await prepaying(harness)
    await listen(client)
    const wallet = await walletOf(client, { granted_credits: '5' })
    await client.clock('2024-06-01T00:01:00Z')
    const told = async () => (await heard(harness, client, 'wallet.depleted_ongoing_balance')).length
    expect(await told()).toBe(0)
    await use(client, 5)
    await client.clock('2024-06-01T00:02:00Z')
    expect(await told()).toBe(1)
    await use(client, 1)
    await client.clock('2024-06-01T00:03:00Z')
    expect(await balancesOf(client, wallet)).toEqual([500, -100, 600])
    expect(await told()).toBe(1)
    const granted = { wallet_id: wallet, granted_credits: '2' }
    await ok(client, 'POST', '/wallet_transactions', { wallet_transaction: granted })
    await client.clock('2024-06-01T00:04:00Z')
    await use(client, 3)
    await client.clock('2024-06-01T00:05:00Z')
    expect(await told()).toBe(2)
    const [message] = await heard(harness, client, 'wallet.depleted_ongoing_balance')
    expect(message.wallet).toMatchObject({ lago_id: wallet, ongoing_balance_cents: 0 })
    expect(message.wallet).not.toHaveProperty('recurring_transaction_rules')
  })
})
