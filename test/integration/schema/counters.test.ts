import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { lockBillingEntity } from '../../../src/store/billing-entities.ts'
import { lockCustomerById } from '../../../src/store/customers.ts'
import { newId } from '../../../src/store/ids.ts'
import { insertCustomers } from '../../../src/store/new-customers.ts'
import { ok } from '../../support/billing-fixtures.ts'
import { type Client, type Harness, startHarness } from '../../support/harness.ts'

let harness: Harness
let owner: pg.Client

beforeAll(async () => {
  harness = await startHarness()
  owner = new pg.Client({ connectionString: harness.databaseUrl })
  await owner.connect()
})
afterAll(async () => {
  await owner?.end()
  await harness?.close()
})

/** Monthly subscriptions of these customers from the start of 2024. */
async function book(customers: readonly string[]): Promise<Client> {
  const client = await harness.organization()
  await client.clock('2024-01-01T00:00:00Z')
  const plan = { name: 'P', code: 'p', interval: 'monthly', amount_cents: 1000, amount_currency: 'EUR' }
  await ok(client, 'POST', '/plans', { plan: { ...plan, pay_in_advance: false, charges: [] } })
  for (const id of customers) {
    await ok(client, 'POST', '/customers', { customer: { external_id: id, currency: 'EUR' } })
    await ok(client, 'POST', '/subscriptions', {
      subscription: { external_customer_id: id, external_id: `s-${id}`, plan_code: 'p' },
    })
  }
  return client
}

const numberBy = (client: Client, numbering: string) =>
  ok(client, 'PUT', '/organizations', {
    organization: { document_numbering: numbering, document_number_prefix: 'NUM' },
  })

async function numbersOn(client: Client, day: string): Promise<string[]> {
  const { invoices } = await ok(client, 'GET', `/invoices?issuing_date_from=${day}&issuing_date_to=${day}`)
  return invoices.map((each: { number: string }) => each.number).sort()
}

describe('the numbers of invoices', () => {
  it('go on for each customer while their entity numbers all of them in one sequence', async () => {
    const client = await book(['a', 'b'])
    await numberBy(client, 'per_customer')
    await client.clock('2024-02-01T00:10:00Z')
    expect(await numbersOn(client, '2024-02-01')).toEqual(['NUM-001-001', 'NUM-002-001'])
    await numberBy(client, 'per_organization')
    await client.clock('2024-03-01T00:10:00Z')
    expect(await numbersOn(client, '2024-03-01')).toEqual(['NUM-202403-003', 'NUM-202403-004'])
    await numberBy(client, 'per_customer')
    await client.clock('2024-04-01T00:10:00Z')
    expect(await numbersOn(client, '2024-04-01')).toEqual(['NUM-001-003', 'NUM-002-003'])
    await numberBy(client, 'per_organization')
    await client.clock('2024-05-01T00:10:00Z')
    expect(await numbersOn(client, '2024-05-01')).toEqual(['NUM-202405-007', 'NUM-202405-008'])
  })

  it('are given back by a transaction that fails', async () => {
    const client = await book(['a'])
    await numberBy(client, 'per_organization')
    await owner.query(`create function fail_fees() returns trigger language plpgsql as
      $$ begin raise exception 'not now'; end $$`)
    await owner.query('create trigger fail before insert on fees for each row execute function fail_fees()')
    const clock = { test_clock: { now: '2024-02-01T00:10:00Z' } }
    expect((await client.call('PUT', '/test_clock', clock)).body.test_clock.status).toBe('failed')
    await owner.query('drop trigger fail on fees')
    await client.clock('2024-02-01T00:20:00Z')
    const { invoices } = await ok(client, 'GET', '/invoices')
    expect(invoices.map((each: { number: string }) => each.number)).toEqual(['NUM-202402-001'])
  })
})

describe('the locks of whoever bills, makes a customer or changes a billing entity', () => {
  it('let rows that refer to the customer, the entity and the organization be inserted', async () => {
    const client = await book(['a'])
    const { organizationId } = client
    const { rows: entities } = await owner.query(
      'select id, code from billing_entities where organization_id = $1',
      [organizationId],
    )
    const { rows: customers } = await owner.query('select id from customers where organization_id = $1', [
      organizationId,
    ])
    const [entity, customer] = [entities[0], customers[0]]
    const held = await harness.context.database.writeAs(organizationId, async (tx) => {
      const { sequentialId, slug, ...known } = await lockCustomerById(tx, customer.id)
      await lockBillingEntity(tx, entity.code)
      const row = { ...known, id: newId(), externalId: 'b' }
      const made = { row, metadata: [], taxIds: [], sectionIds: [] }
      const { statements } = await insertCustomers(tx, organizationId, [made], [])
      const [added] = await statements
      expect(added?.sequentialId).toBe(sequentialId + 1n)
      expect(added?.slug).not.toBe(slug)
      await owner.query(`set lock_timeout = '5s'`)
      const { rowCount } = await owner.query(
        `insert into subscriptions (organization_id, id, customer_id, plan_id, billing_entity_id, external_id, status,
           billing_time, subscription_at, created_at, updated_at)
         select organization_id, gen_random_uuid(), $2, id, $3, 'other', 'pending', 'calendar', now(), now(), now()
         from plans where organization_id = $1`,
        [organizationId, customer.id, entity.id],
      )
      return rowCount
    })
    expect(held).toBe(1)
  })
})
