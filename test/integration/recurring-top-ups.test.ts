import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ok } from '../support/billing-fixtures.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'
import { balancesOf, prepaying, use, walletOf } from '../support/ongoing-fixtures.ts'

let harness: Harness

beforeAll(async () => {
  harness = await startHarness()
})
afterAll(() => harness.close())

const THRESHOLD = { trigger: 'threshold', threshold_credits: '5' }
const TARGET = { ...THRESHOLD, method: 'target', target_ongoing_balance: '10' }

type Transaction = { source: string; transaction_status: string; credit_amount: string; status: string }

/** The automatic transactions of a wallet, oldest first. */
async function automatic(client: Client, wallet: string): Promise<Transaction[]> {
  const list = await ok(client, 'GET', `/wallets/${wallet}/wallet_transactions`)
  const all = list.wallet_transactions as Transaction[]
  return all.filter(({ source }) => source !== 'manual').reverse()
}

const shown = (list: readonly Transaction[]) =>
  list.map((each) => [each.source, each.transaction_status, each.credit_amount])

const rulesOf = async (client: Client, wallet: string) =>
  (await ok(client, 'GET', `/wallets/${wallet}`)).wallet.recurring_transaction_rules

describe('a rule with a threshold', () => {
  it('grants what is missing to its target', async () => {
    const client = await prepaying(harness)
    const rule = { ...TARGET, grants_target_top_up: true }
    const minimum = { paid_top_up_min_amount_cents: 5000 }
    const wallet = await walletOf(client, {
      granted_credits: '10',
      recurring_transaction_rules: [rule],
      ...minimum,
    })
    await client.clock('2024-06-06T00:00:00Z')
    await use(client, 6)
    await client.clock('2024-06-06T00:00:01Z')
    expect(await automatic(client, wallet)).toEqual([])
    await client.clock('2024-06-06T00:05:00Z')
    expect(shown(await automatic(client, wallet))).toEqual([['threshold', 'granted', '6.0']])
    expect(await balancesOf(client, wallet)).toEqual([1600, 1000, 600])
    expect((await ok(client, 'GET', '/invoices')).invoices).toEqual([])
  })

  it('sells at least the minimum, and nothing more while that is not paid', async () => {
    const client = await prepaying(harness)
    const wallet = await walletOf(client, {
      granted_credits: '10',
      paid_top_up_min_amount_cents: 5000,
      recurring_transaction_rules: [{ ...TARGET, transaction_name: 'refill' }],
    })
    await client.clock('2024-06-06T00:00:00Z')
    await use(client, 6)
    await client.clock('2024-06-06T00:05:00Z')
    await use(client, 1)
    await client.clock('2024-06-06T00:10:00Z')
    const list = await automatic(client, wallet)
    expect(list).toMatchObject([{ credit_amount: '50.0', status: 'pending', name: 'refill' }])
    const { invoices } = await ok(client, 'GET', '/invoices')
    expect(invoices).toMatchObject([{ invoice_type: 'credit', total_amount_cents: 5000 }])
  })

  it('fires at the threshold exactly, once for changes that come together', async () => {
    const client = await prepaying(harness)
    const rule = { ...THRESHOLD, paid_credits: '0', granted_credits: '3' }
    const wallet = await walletOf(client, { granted_credits: '10', recurring_transaction_rules: [rule] })
    await client.clock('2024-06-06T00:00:00Z')
    await use(client, 5)
    await client.clock('2024-06-06T00:00:01Z')
    await use(client, 1)
    await client.clock('2024-06-06T00:00:02Z')
    expect(shown(await automatic(client, wallet))).toEqual([['threshold', 'granted', '3.0']])
    expect(await balancesOf(client, wallet)).toEqual([1300, 700, 600])
  })

  it('waits until something changes: an empty wallet buys nothing by itself', async () => {
    const client = await prepaying(harness)
    const rule = { ...THRESHOLD, granted_credits: '3' }
    const wallet = await walletOf(client, { recurring_transaction_rules: [rule], granted_credits: '0' })
    await client.clock('2024-06-02T00:00:00Z')
    expect(await automatic(client, wallet)).toEqual([])
    await use(client, 1)
    await client.clock('2024-06-02T00:01:00Z')
    expect(shown(await automatic(client, wallet))[0]).toEqual(['threshold', 'granted', '3.0'])
  })

  it('follows a final invoice', async () => {
    const client = await prepaying(harness, { plan: { amount_cents: 600 } })
    const wallet = await walletOf(client, {
      granted_credits: '10',
      paid_top_up_min_amount_cents: 10_000,
      recurring_transaction_rules: [
        { ...THRESHOLD, paid_credits: '0', granted_credits: '10', ignore_paid_top_up_limits: true },
      ],
    })
    await client.clock('2024-07-01T01:00:00Z')
    expect(shown(await automatic(client, wallet))).toEqual([['threshold', 'granted', '10.0']])
    expect(await balancesOf(client, wallet)).toEqual([1400, 1400, 0])
  })

  it('sells nothing for an hour after a payment failed', async () => {
    const client = await prepaying(harness)
    const rule = { ...THRESHOLD, paid_credits: '10' }
    const wallet = await walletOf(client, { granted_credits: '10', recurring_transaction_rules: [rule] })
    await client.clock('2024-06-06T00:00:00Z')
    await use(client, 6)
    await client.clock('2024-06-06T00:01:00Z')
    const { invoices } = await ok(client, 'GET', '/invoices')
    const failed = { payment_status: 'failed' }
    await ok(client, 'PUT', `/invoices/${invoices[0].lago_id}`, { invoice: failed })
    await use(client, 1)
    await client.clock('2024-06-06T00:30:00Z')
    expect(await automatic(client, wallet)).toMatchObject([{ status: 'failed' }])
    await client.clock('2024-06-06T01:02:00Z')
    await use(client, 1)
    await client.clock('2024-06-06T01:03:00Z')
    expect(await automatic(client, wallet)).toMatchObject([{ status: 'failed' }, { status: 'pending' }])
  })
})

describe('a rule with an interval', () => {
  const MONTHLY = { trigger: 'interval', interval: 'monthly', paid_credits: '0', granted_credits: '10' }

  it('fires on its day of the month, at the midnight of the customer', async () => {
    const customer = { timezone: 'America/New_York' }
    const client = await prepaying(harness, { at: '2024-01-20T10:00:00Z', customer })
    const wallet = await walletOf(client, { granted_credits: '5', recurring_transaction_rules: [MONTHLY] })
    await client.clock('2024-01-20T23:00:00Z')
    expect(await balancesOf(client, wallet)).toEqual([500, 500, 0])
    await client.clock('2024-02-20T04:59:59Z')
    expect(await balancesOf(client, wallet)).toEqual([500, 500, 0])
    await client.clock('2024-02-20T05:00:00Z')
    expect(await balancesOf(client, wallet)).toEqual([1500, 1500, 0])
    await client.clock('2024-03-20T23:00:00Z')
    expect(shown(await automatic(client, wallet))).toEqual([
      ['interval', 'granted', '10.0'],
      ['interval', 'granted', '10.0'],
    ])
  })

  it('moves with the time zone of the customer, and never fires twice a day', async () => {
    const client = await prepaying(harness, { at: '2024-01-20T10:00:00Z' })
    const wallet = await walletOf(client, { recurring_transaction_rules: [MONTHLY], granted_credits: '0' })
    await client.clock('2024-02-20T00:30:00Z')
    expect(await automatic(client, wallet)).toHaveLength(1)
    const customer = { external_id: 'c', timezone: 'America/New_York' }
    await ok(client, 'POST', '/customers', { customer })
    await client.clock('2024-02-21T12:00:00Z')
    expect(await automatic(client, wallet)).toHaveLength(2)
    await client.clock('2024-03-20T03:59:00Z')
    expect(await automatic(client, wallet)).toHaveLength(2)
    await client.clock('2024-03-20T04:00:00Z')
    expect(await automatic(client, wallet)).toHaveLength(3)
  })

  it('looks at a target every hour of its day', async () => {
    const rule = { ...MONTHLY, method: 'target', target_ongoing_balance: '10', grants_target_top_up: true }
    const client = await prepaying(harness, { at: '2024-01-20T10:00:00Z' })
    const wallet = await walletOf(client, { granted_credits: '10', recurring_transaction_rules: [rule] })
    await client.clock('2024-02-20T03:30:00Z')
    await use(client, 2)
    await client.clock('2024-02-20T03:59:00Z')
    expect(await automatic(client, wallet)).toEqual([])
    await client.clock('2024-02-20T04:00:00Z')
    expect(shown(await automatic(client, wallet))).toEqual([['interval', 'granted', '2.0']])
    await use(client, 2)
    await client.clock('2024-02-21T00:00:00Z')
    expect(await automatic(client, wallet)).toHaveLength(1)
  })

  it('ends when it expires', async () => {
    const rule = { ...MONTHLY, expiration_at: '2024-03-20T00:00:00Z' }
    const client = await prepaying(harness, { at: '2024-01-20T10:00:00Z' })
    const wallet = await walletOf(client, { recurring_transaction_rules: [rule], granted_credits: '0' })
    await client.clock('2024-04-21T00:00:00Z')
    expect(await automatic(client, wallet)).toHaveLength(1)
    expect(await rulesOf(client, wallet)).toEqual([])
  })
})

describe('the rules of a wallet', () => {
  it('are changed, replaced and ended by an update', async () => {
    const client = await prepaying(harness)
    const wallet = await walletOf(client, {
      paid_credits: '20',
      granted_credits: '1',
      recurring_transaction_rules: [THRESHOLD],
    })
    const [first] = await rulesOf(client, wallet)
    expect(first).toMatchObject({
      trigger: 'threshold',
      interval: null,
      threshold_credits: '5.0',
      method: 'fixed',
      paid_credits: '20.0',
      granted_credits: '1.0',
      target_ongoing_balance: null,
      grants_target_top_up: null,
      started_at: null,
      expiration_at: null,
      status: 'active',
      transaction_metadata: [],
      ignore_paid_top_up_limits: false,
    })
    const update = async (rules: readonly object[]) => {
      const change = { wallet: { recurring_transaction_rules: rules } }
      return (await ok(client, 'PUT', `/wallets/${wallet}`, change)).wallet.recurring_transaction_rules
    }
    const same = await update([{ ...THRESHOLD, lago_id: first.lago_id, threshold_credits: '7' }])
    expect(same).toMatchObject([{ lago_id: first.lago_id, threshold_credits: '7.0', paid_credits: '20.0' }])
    const [other] = await update([{ trigger: 'interval', interval: 'weekly', granted_credits: '1' }])
    expect(other.lago_id).not.toBe(first.lago_id)
    expect(other).toMatchObject({ interval: 'weekly', granted_credits: '1.0' })
    expect(await update([])).toEqual([])
    await client.clock('2024-06-20T00:00:00Z')
    expect(await automatic(client, wallet)).toEqual([])
  })

  it('are refused when they do not hold together or break the limits of the wallet', async () => {
    const client = await prepaying(harness)
    const create = (rules: unknown, more = {}) =>
      client.call('POST', '/wallets', {
        wallet: {
          external_customer_id: 'c',
          rate_amount: '1',
          currency: 'EUR',
          recurring_transaction_rules: rules,
          ...more,
        },
      })
    const codeOf = async (rules: unknown, more = {}) =>
      (await create(rules, more)).body.error_details.recurring_transaction_rules
    expect(await codeOf([THRESHOLD, THRESHOLD])).toEqual(['invalid_number_of_recurring_rules'])
    expect(await codeOf([{ trigger: 'interval' }])).toEqual(['invalid_recurring_rule'])
    const limited = { paid_top_up_min_amount_cents: 1000 }
    expect(await codeOf([{ ...THRESHOLD, paid_credits: '9' }], limited)).toEqual(['invalid_recurring_rule'])
    expect((await ok(client, 'GET', '/wallets')).wallets).toEqual([])
    const wallet = await walletOf(client, {
      recurring_transaction_rules: [{ ...THRESHOLD, paid_credits: '9' }],
    })
    const tightened = await client.call('PUT', `/wallets/${wallet}`, { wallet: limited })
    expect(tightened.body.error_details).toEqual({ recurring_transaction_rules: ['invalid_recurring_rule'] })
  })
})
