import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DocumentSettings } from '../../src/actions/context.ts'
import { checkFiles } from '../../src/actions/documents/check-files.ts'
import { type Breach, findBreaches, INVARIANTS } from '../../src/store/invariants.ts'
import { ok, send, subscribe } from '../support/billing-fixtures.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'
import { documentsOf, render, sell, shop } from '../support/stored-documents.ts'

// `weir doctor` on data that is correct but unusual, and on the same data after deliberate corruption.

let harness: Harness
beforeAll(async () => {
  harness = await startHarness()
})
afterAll(() => harness.close())

/** The violations of one organization, by invariant. */
async function breachesOf(client: Client): Promise<Record<string, Breach[]>> {
  const found: Record<string, Breach[]> = {}
  for (const invariant of INVARIANTS) {
    const { breaches } = await findBreaches(harness.context.database, invariant, 1000)
    const own = breaches.filter((each) => [null, client.organizationId].includes(each.organizationId))
    if (invariant.code !== 'dead_jobs' && own.length > 0) found[invariant.code] = own
  }
  return found
}

/** Corrupts data with triggers disabled, as our code cannot. */
async function breakBooks(client: Client, statement: string): Promise<void> {
  await harness.context.database.system.transaction().execute(async (tx) => {
    const [, table = ''] = /^(?:update|delete from) (\w+)/.exec(statement) ?? []
    await sql`alter table ${sql.table(table)} disable trigger user`.execute(tx)
    const done = await sql
      .raw(statement.replaceAll(':organization', `'${client.organizationId}'`))
      .execute(tx)
    await sql`alter table ${sql.table(table)} enable trigger user`.execute(tx)
    if (done.numAffectedRows === 0n) throw new Error(`nothing to break: ${statement}`)
  })
}

/** An organization with two taxes of 10 % on a monthly fee of 1005 cents, and its first invoice. */
async function taxedTwice(): Promise<Client> {
  const client = await harness.organization()
  await client.clock('2024-01-01T00:00:00Z')
  for (const code of ['one', 'two']) {
    const tax = { name: code, code, rate: 10, applied_to_organization: true }
    await ok(client, 'POST', '/taxes', { tax })
  }
  await subscribe(client, { metrics: [], charges: [], plan: { amount_cents: 1005 } })
  await client.clock('2024-02-01T00:10:00Z')
  return client
}

describe('taxes', () => {
  it('of lines that are rounded one by one are right', async () => {
    const client = await taxedTwice()
    const { invoices } = await ok(client, 'GET', '/invoices')
    const lines = invoices[0].applied_taxes.map((line: { amount_cents: number }) => line.amount_cents)
    expect([invoices[0].taxes_amount_cents, lines]).toEqual([201, [101, 101]])
    expect(await breachesOf(client)).toEqual({})
  })

  it('of an invoice of fees that were paid one by one are right', async () => {
    const client = await harness.organization()
    await client.clock('2024-01-01T00:00:00Z')
    for (const code of ['one', 'two']) {
      const tax = { name: code, code, rate: 10, applied_to_organization: true }
      await ok(client, 'POST', '/taxes', { tax })
    }
    const advance = { pay_in_advance: true, invoiceable: false, regroup_paid_fees: 'invoice' }
    await subscribe(client, {
      metrics: [{ code: 'm', aggregation_type: 'count_agg' }],
      charges: [{ metric: 'm', ...advance, properties: { amount: '10.05' } }],
    })
    for (const id of ['a', 'b', 'c']) await send(client, { code: 'm', transaction_id: id })
    await client.clock('2024-01-02T00:00:00Z')
    for (const { lago_id } of (await ok(client, 'GET', '/fees')).fees) {
      await ok(client, 'PUT', `/fees/${lago_id}`, { fee: { payment_status: 'succeeded' } })
    }
    await client.clock('2024-02-01T00:10:00Z')
    const { invoices } = await ok(client, 'GET', '/invoices?invoice_type=advance_charges')
    expect(invoices).toMatchObject([{ fees_amount_cents: 3015, taxes_amount_cents: 603 }])
    expect(await breachesOf(client)).toEqual({})
  })

  it('that do not follow from the fees are broken books', async () => {
    for (const statement of [
      `update invoices set taxes_amount_cents = taxes_amount_cents + 1,
        sub_total_including_taxes_amount_cents = sub_total_including_taxes_amount_cents + 1,
        total_amount_cents = total_amount_cents + 1 where organization_id = :organization`,
      `update invoice_taxes set amount_cents = 100 where organization_id = :organization and tax_code = 'one'`,
      `delete from invoice_taxes where organization_id = :organization and tax_code = 'two'`,
    ]) {
      const client = await taxedTwice()
      await breakBooks(client, statement)
      // The sums by day tell of a total that changed as well.
      const found = Object.keys(await breachesOf(client)).filter((code) => code !== 'invoice_days')
      expect([statement, found]).toEqual([statement, ['invoice_taxes']])
    }
  })
})

describe('files of documents', () => {
  const lostOf = async (client: Client) =>
    (await checkFiles(harness.context, 1000)).lost
      .filter(({ organizationId }) => organizationId === client.organizationId)
      .map(({ fileName, reason }) => [fileName, reason])
  const rendered = async (client: Client) => {
    const invoice = await sell(client)
    await render(harness, client, invoice.lago_id)
    const [stored] = await documentsOf(harness, invoice.lago_id)
    return { fileName: `${invoice.number}.pdf`, sha256: stored?.sha256 ?? '' }
  }

  it('in the database are found, and missed when they are damaged or gone', async () => {
    const client = await shop(harness)
    const [whole, damaged, gone] = [await rendered(client), await rendered(client), await rendered(client)]
    const { compared, databaseBytes } = await checkFiles(harness.context, 1000)
    expect([compared >= 3, databaseBytes > 10_000]).toEqual([true, true])
    expect(await lostOf(client)).toEqual([])
    const { system } = harness.context.database
    await sql`update document_blobs set bytes = 'x' where sha256 = decode(${damaged.sha256}, 'hex')`.execute(
      system,
    )
    await sql`delete from document_blobs where sha256 = decode(${gone.sha256}, 'hex')`.execute(system)
    expect(await lostOf(client)).toEqual([
      [gone.fileName, 'no folder is configured'],
      [damaged.fileName, 'damaged'],
    ])
    expect(whole.sha256).toMatch(/^[0-9a-f]{64}$/)
  })

  it('in a folder are found, beside those of before it, and missed when they are damaged or gone', async () => {
    const client = await shop(harness)
    await rendered(client)
    const folder = await mkdtemp(path.join(tmpdir(), 'weir-doctor-'))
    const settings = harness.context.settings as { documents: DocumentSettings }
    const before = settings.documents
    settings.documents = { ...before, folder }
    try {
      const [damaged, gone] = [await rendered(client), await rendered(client)]
      await rendered(client)
      expect(await lostOf(client)).toEqual([])
      const placeOf = (sha256: string) => path.join(folder, client.organizationId, sha256.slice(0, 2), sha256)
      await writeFile(placeOf(damaged.sha256), 'x')
      await rm(placeOf(gone.sha256))
      expect(await lostOf(client)).toEqual([
        [gone.fileName, 'missing'],
        [damaged.fileName, 'damaged'],
      ])
    } finally {
      settings.documents = before
      await rm(folder, { recursive: true })
    }
  })
})

describe('a next billing', () => {
  const subscribed = async (plan: object, subscription: object) => {
    const client = await harness.organization()
    await client.clock('2024-01-10T00:00:00Z')
    await subscribe(client, { metrics: [], charges: [], plan, subscription })
    return client
  }
  const dueKinds = async (client: Client) => {
    const { rows } = await sql<{ kind: string }>`
      select kind from due_items where organization_id = ${client.organizationId}::uuid order by kind
    `.execute(harness.context.database.system)
    return rows.map(({ kind }) => kind).filter((kind) => kind.startsWith('subscription_'))
  }

  it('is not needed when the end comes before it', async () => {
    for (const [plan, subscription] of [
      [{}, { ending_at: '2024-01-20T00:00:00Z' }],
      [{ amount_cents: 500, pay_in_advance: true }, { ending_at: '2024-02-01T00:00:00Z' }],
      [{ interval: 'yearly' }, { ending_at: '2024-12-31T00:00:00Z' }],
      [{}, { billing_time: 'anniversary', ending_at: '2024-02-10T00:00:00Z' }],
    ]) {
      const client = await subscribed(plan as object, subscription as object)
      expect(await dueKinds(client)).toEqual(['subscription_end'])
      expect(await breachesOf(client)).toEqual({})
    }
  })

  it('is not needed in the last period before the end, and the end needs none', async () => {
    const client = await subscribed({}, { ending_at: '2024-03-15T00:00:00Z' })
    expect(await dueKinds(client)).toEqual(['subscription_billing', 'subscription_end'])
    await client.clock('2024-03-01T00:10:00Z')
    expect(await dueKinds(client)).toEqual(['subscription_end'])
    expect(await breachesOf(client)).toEqual({})
    await client.clock('2024-03-15T00:10:00Z')
    expect(await breachesOf(client)).toEqual({})
  })

  it('is an invariant violation when missing', async () => {
    const gone = `delete from due_items where organization_id = :organization and kind = 'subscription_billing'`
    for (const subscription of [{}, { ending_at: '2024-06-15T00:00:00Z' }]) {
      const client = await subscribed({}, subscription)
      expect(await breachesOf(client)).toEqual({})
      await breakBooks(client, gone)
      expect(Object.keys(await breachesOf(client))).toEqual(['billing_is_due'])
    }
  })

  it('is required when the end is missing too', async () => {
    const client = await subscribed({}, { ending_at: '2024-01-20T00:00:00Z' })
    await breakBooks(
      client,
      `delete from due_items where organization_id = :organization and kind = 'subscription_end'`,
    )
    expect(Object.keys(await breachesOf(client))).toEqual(['billing_is_due'])
  })
})
