import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ok } from '../support/billing-fixtures.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'

const MANY = 50

let harness: Harness

beforeAll(async () => {
  harness = await startHarness({ poolMax: 16 })
})

afterAll(async () => {
  await harness?.close()
})

/** A sandbox with `MANY` drafts: of as many customers, or of subscriptions of one customer that share no invoice. */
async function withDrafts(isOneCustomer: boolean, numbering: string): Promise<Client> {
  const client = await harness.organization()
  await client.clock('2024-01-01T00:00:00Z')
  await ok(client, 'PUT', '/organizations', { organization: { document_numbering: numbering } })
  await ok(client, 'POST', '/plans', {
    plan: {
      name: 'P',
      code: 'p',
      interval: 'monthly',
      amount_cents: 100,
      amount_currency: 'EUR',
      pay_in_advance: false,
    },
  })
  for (let n = 0; n < MANY; n++) {
    const external_customer_id = isOneCustomer ? 'c' : `c${n}`
    const customer = {
      external_id: external_customer_id,
      currency: 'EUR',
      billing_configuration: { invoice_grace_period: 9 },
    }
    if (n === 0 || !isOneCustomer) await ok(client, 'POST', '/customers', { customer })
    await ok(client, 'POST', '/subscriptions', {
      subscription: {
        external_customer_id,
        external_id: `s${n}`,
        plan_code: 'p',
        consolidate_invoice: false,
      },
    })
  }
  await client.clock('2024-02-01T00:01:00Z')
  return client
}

// biome-ignore lint/suspicious/noExplicitAny: answers are read freely in tests
const listed = async (client: Client): Promise<any[]> =>
  (await ok(client, 'GET', '/invoices?per_page=1000')).invoices

/** Finalizes these drafts at once, each twice, so that half of the requests are refused. */
// biome-ignore lint/suspicious/noExplicitAny: answers are read freely in tests
async function finalizeAll(client: Client, drafts: any[]): Promise<void> {
  expect(drafts).toHaveLength(MANY)
  const answers = await Promise.all(
    [...drafts, ...drafts].map(({ lago_id }) => client.call('PUT', `/invoices/${lago_id}/finalize`)),
  )
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(MANY)
  expect(answers.filter(({ status }) => status === 404)).toHaveLength(MANY)
}

const upTo = (last: number) => Array.from({ length: last }, (_, n) => n + 1)
const lastPart = (number: string) => Number(number.split('-').at(-1))

describe(`numbers of ${MANY} invoices that are finalized at once`, () => {
  it('of one customer: one sequence without a gap or a double', async () => {
    const client = await withDrafts(true, 'per_customer')
    await finalizeAll(client, await listed(client))
    const invoices = await listed(client)
    const sequence = invoices.map(({ sequential_id }) => sequential_id).sort((a, b) => a - b)
    expect(sequence).toEqual(upTo(MANY))
    for (const { number, sequential_id } of invoices) expect(lastPart(number)).toBe(sequential_id)
    expect(new Set(invoices.map(({ number }) => number)).size).toBe(MANY)
  })

  it('of many customers that the entity numbers in one sequence', async () => {
    const client = await withDrafts(false, 'per_organization')
    await finalizeAll(client, await listed(client))
    const invoices = await listed(client)
    const numbers = invoices.map(({ number }) => lastPart(number)).sort((a, b) => a - b)
    expect(numbers).toEqual(upTo(MANY))
    expect(new Set(invoices.map(({ sequential_id }) => sequential_id))).toEqual(new Set([1]))
  })

  it('with one-off invoices and voids between them', async () => {
    const client = await withDrafts(true, 'per_organization')
    await ok(client, 'POST', '/add_ons', {
      add_on: { name: 'A', code: 'a', amount_cents: 100, amount_currency: 'EUR' },
    })
    const sell = async () => {
      const invoice = { external_customer_id: 'c', fees: [{ add_on_code: 'a' }] }
      const made = await ok(client, 'POST', '/invoices', { invoice })
      await ok(client, 'POST', `/invoices/${made.invoice.lago_id}/void`)
    }
    const drafts = await listed(client)
    await Promise.all([finalizeAll(client, drafts), ...upTo(MANY).map(sell)])
    const invoices = await listed(client)
    const numbers = invoices.map(({ number }) => lastPart(number)).sort((a, b) => a - b)
    expect(numbers).toEqual(upTo(2 * MANY))
    const sequence = invoices.map(({ sequential_id }) => sequential_id).sort((a, b) => a - b)
    expect(sequence).toEqual(upTo(2 * MANY))
  })
})
