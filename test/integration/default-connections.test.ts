import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Breach, findBreaches, INVARIANTS } from '../../src/store/invariants.ts'
import { type FakeGoCardless, startGoCardless } from '../fakes/gocardless.ts'
import { type FakeStripe, startStripe } from '../fakes/stripe.ts'
import { ok } from '../support/billing-fixtures.ts'
import { connectGoCardless } from '../support/gocardless-fixtures.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'
import { addCustomer } from '../support/payment-fixtures.ts'
import { connectStripe, newSeller, runJobs } from '../support/stripe-fixtures.ts'

// What a customer shows of its default payment connection is a copy, which `weir doctor` compares.

let harness: Harness
let stripe: FakeStripe
let gocardless: FakeGoCardless
let client: Client
let stripeId: string

beforeAll(async () => {
  stripe = await startStripe()
  gocardless = await startGoCardless()
  harness = await startHarness({ providerHosts: { stripe: stripe.url, gocardless: gocardless.url } })
})
afterAll(async () => {
  await harness?.close()
  await stripe?.close()
  await gocardless?.close()
})
beforeEach(async () => {
  client = await newSeller(harness, stripe)
  stripeId = (await connectStripe(client)).lago_id
  await connectGoCardless(client, gocardless)
  await addCustomer(client, 'acme')
})

const CONNECTIONS = '/api/weir/v1/customers/acme/payment_connections'
const PROVIDERS = '/api/weir/v1/payment_providers'

const say = (billing_configuration: object) =>
  client.call('POST', '/customers', { customer: { external_id: 'acme', billing_configuration } })
const billing = async () => (await ok(client, 'GET', '/customers/acme')).customer.billing_configuration
const connect = async (payment_provider: string, others: object = {}) => {
  const payment_connection = { payment_provider, sync_with_provider: true, ...others }
  await ok(client, 'POST', CONNECTIONS, { payment_connection })
  await runJobs(harness)
}

const NONE = 'shows a connection, and has no default one'

type System = Parameters<typeof findBreaches>[0]

/** What the doctor says of the copies of this organization. */
async function breachesIn(database: System): Promise<readonly Breach[]> {
  const invariant = INVARIANTS.find(({ code }) => code === 'default_connections')
  if (!invariant) throw new Error('the doctor does not look at default connections')
  const { breaches } = await findBreaches(database, invariant, 1000)
  return breaches.filter(({ organizationId }) => organizationId === client.organizationId)
}
const sound = async () => expect(await breachesIn(harness.context.database)).toEqual([])

/** What the doctor says after a statement, which is then undone. */
async function breachesAfter(statement: string): Promise<readonly Breach[]> {
  const tx = await harness.context.database.system.startTransaction().execute()
  try {
    const whole = statement.replaceAll(':organization', `'${client.organizationId}'`)
    const { numAffectedRows } = await sql.raw(whole).execute(tx)
    expect([statement, numAffectedRows]).toEqual([statement, 1n])
    return await breachesIn({ system: tx })
  } finally {
    await tx.rollback().execute()
  }
}

describe('what a customer shows of its default connection', () => {
  it('follows every change of it', async () => {
    await sound()
    await connect('gocardless')
    await connect('stripe')
    await sound()
    await ok(client, 'PUT', `${CONNECTIONS}/eu/set_as_default`)
    await sound()
    await ok(client, 'PUT', `${PROVIDERS}/${stripeId}`, { payment_provider: { code: 'europe' } })
    expect((await billing()).payment_provider_code).toBe('europe')
    await sound()
    const provider_payment_methods = ['card', 'sepa_debit']
    await ok(client, 'PUT', `${CONNECTIONS}/eu`, { payment_connection: { provider_payment_methods } })
    await sound()
    await ok(client, 'DELETE', `${CONNECTIONS}/eu`)
    expect(await billing()).toMatchObject({ payment_provider: null, payment_provider_code: null })
    await sound()
    await say({ payment_provider: 'stripe', sync_with_provider: true })
    await runJobs(harness)
    await sound()
    await ok(client, 'DELETE', `${PROVIDERS}/${stripeId}`)
    expect((await billing()).payment_provider).toBeNull()
    await sound()
  })

  it('is not what a request says of a provider without linking to it', async () => {
    // Where nothing is linked, that is all there is to show.
    expect((await say({ payment_provider: 'gocardless', payment_provider_code: 'dd' })).status).toBe(200)
    expect(await billing()).toMatchObject({ payment_provider: 'gocardless', payment_provider_code: 'dd' })
    await sound()
    await connect('stripe')
    const shown = await billing()
    expect(shown).toMatchObject({ payment_provider: 'stripe', payment_provider_code: 'eu' })
    for (const [words, status] of [
      [{ payment_provider: 'gocardless' }, 200],
      [{ payment_provider_code: 'dd' }, 200],
      [{ payment_provider: 'stripe', payment_provider_code: 'unknown', sync_with_provider: true }, 422],
    ] as const) {
      expect([words, (await say(words)).status]).toEqual([words, status])
      expect([words, await billing()]).toEqual([words, shown])
      await sound()
    }
  })

  it('ends with it in the same request', async () => {
    await connect('gocardless', { is_default: false })
    await connect('stripe', { is_default: true })
    const { body } = await say({ payment_provider: null })
    expect(body.customer.billing_configuration).toMatchObject({
      payment_provider: null,
      payment_provider_code: null,
    })
    expect(body.customer.billing_configuration).not.toHaveProperty('provider_customer_id')
    expect((await ok(client, 'GET', CONNECTIONS)).payment_connections).toMatchObject([
      { code: 'dd', is_default: false },
    ])
    await sound()
  })

  it('is right while an account gets another code and customers are connected to it', async () => {
    const codes = ['one', 'two', 'three', 'four', 'five', 'six']
    await Promise.all([
      ...codes.map((external_id) =>
        ok(client, 'POST', '/customers', {
          customer: {
            external_id,
            billing_configuration: { payment_provider: 'stripe', sync_with_provider: true },
          },
        }),
      ),
      ...codes.map((code) => ok(client, 'PUT', `${PROVIDERS}/${stripeId}`, { payment_provider: { code } })),
    ])
    await sound()
  })
})

describe('the doctor', () => {
  it('names a customer that shows something else than its default connection', async () => {
    await connect('gocardless')
    await connect('stripe', { is_default: true })
    const { provider_customer_id: id } = await billing()
    const change = (set: string) => `update customers set ${set} where organization_id = :organization`
    const ofDefault = 'where organization_id = :organization and is_default'
    for (const [statement, detail] of [
      [change(`payment_provider = 'gocardless'`), `payment_provider 'gocardless' instead of 'stripe'`],
      [change(`payment_provider_code = 'dd'`), `payment_provider_code 'dd' instead of 'eu'`],
      [change('provider_customer_id = null'), `provider_customer_id NULL instead of '${id}'`],
      [change('sync_with_provider = false'), `sync_with_provider 'f' instead of 't'`],
      [change(`provider_payment_methods = '[]'`), `provider_payment_methods '[]' instead of '["card"]'`],
      [
        change(`payment_provider = null, sync_with_provider = false`),
        `payment_provider NULL instead of 'stripe', sync_with_provider 'f' instead of 't'`,
      ],
      [`update payment_provider_customers set is_default = false ${ofDefault}`, NONE],
      [`update payment_provider_customers set deleted_at = now() ${ofDefault}`, NONE],
    ] as const) {
      const { organizationId } = client
      expect([statement, await breachesAfter(statement)]).toEqual([
        statement,
        [{ organizationId, subject: 'customer acme', detail }],
      ])
    }
    await sound()
  })
})
