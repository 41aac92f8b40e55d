import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newId } from '../../../src/store/ids.ts'
import { ok, send, subscribe } from '../../support/billing-fixtures.ts'
import { type Harness, startHarness } from '../../support/harness.ts'

// What the schema itself rejects, tested with plain SQL as the database owner, bypassing all application code.

let harness: Harness
let owner: pg.Client
let organizationId: string
let draftId: string
let finalId: string

/** Tables with parts of invoices, and their columns that may change when the invoice is final. */
const PARTS: Readonly<Record<string, readonly string[]>> = {
  fees: [
    'payment_status',
    'succeeded_at',
    'failed_at',
    'refunded_at',
    'precise_credit_notes_amount_cents',
    'updated_at',
  ],
  fee_taxes: [],
  invoice_subscriptions: ['released_at'],
  invoice_taxes: [],
  invoice_reductions: [],
  applied_usage_thresholds: [],
  unbilled_fees: [],
}

/** Columns of a final invoice that change alone; the payment's follow from invoice_payments. */
const FREE = ['payment_overdue', 'payment_dispute_lost_at', 'updated_at']

const FINAL = 'is finalized and cannot change'
const SEALED = 'is final: its'

beforeAll(async () => {
  harness = await startHarness()
  owner = new pg.Client({ connectionString: harness.databaseUrl })
  await owner.connect()
  const client = await harness.organization()
  organizationId = client.organizationId
  await client.clock('2024-01-01T00:00:00Z')
  const { tax } = (
    await client.call('POST', '/taxes', {
      tax: { name: 'VAT', code: 'vat', rate: 20, applied_to_organization: true },
    })
  ).body
  expect(tax.code).toBe('vat')
  await subscribe(client, {
    metrics: [{ code: 'calls', aggregation_type: 'count_agg' }],
    charges: [{ metric: 'calls', properties: { amount: '7' } }],
    plan: { amount_cents: 1000, usage_thresholds: [{ amount_cents: 100_000 }] },
    customer: { billing_configuration: { invoice_grace_period: 40 } },
  })
  await send(client, { code: 'calls', transaction_id: 't', timestamp: '1705000000' })
  await client.clock('2024-02-01T00:10:00Z')
  await client.clock('2024-03-01T00:10:00Z')
  const { invoices } = await ok(client, 'GET', '/invoices?status=draft')
  expect(invoices).toHaveLength(2)
  draftId = invoices[0].lago_id
  finalId = invoices[1].lago_id
  for (const id of [draftId, finalId]) await addParts(id)
  await finalize(finalId, 1)
})

afterAll(async () => {
  await owner?.end()
  await harness?.close()
})

/** Parts of the kinds that this draft has not got by itself. */
async function addParts(invoiceId: string): Promise<void> {
  await owner.query(
    `insert into invoice_reductions (organization_id, id, invoice_id, kind, source_id, before_taxes, amount_cents,
       created_at) values ($1, $2, $3, 'coupon', $2, true, 5, now())`,
    [organizationId, newId(), invoiceId],
  )
  await owner.query(
    `insert into applied_usage_thresholds (organization_id, id, invoice_id, usage_threshold_id,
       lifetime_usage_amount_cents, created_at)
     select organization_id, $1, $2, id, 5, now() from usage_thresholds`,
    [newId(), invoiceId],
  )
  await owner.query(
    `insert into unbilled_fees (organization_id, id, invoice_id, fee_type, currency, units, amount_cents, created_at)
     values ($1, $2, $3, 'charge', 'EUR', 1, 1, now())`,
    [organizationId, newId(), invoiceId],
  )
}

function finalize(invoiceId: string, number: number) {
  return owner.query(
    `update invoices set status = 'finalized', sequential_id = $2, finalized_at = now() where id = $1`,
    [invoiceId, number],
  )
}

/** A statement's error, or the number of rows changed; rolled back afterwards. */
async function attempt(...statements: readonly string[]): Promise<string | number | null> {
  await owner.query('begin')
  try {
    let changed: number | null = null
    for (const statement of statements) changed = (await owner.query(statement)).rowCount
    return changed
  } catch (error) {
    return (error as Error).message
  } finally {
    await owner.query('rollback')
  }
}

async function columnsOf(table: string): Promise<{ name: string; type: string }[]> {
  const { rows } = await owner.query(
    `select column_name as name, udt_name as type from information_schema.columns
     where table_schema = 'public' and table_name = $1 and is_generated = 'NEVER' and is_identity = 'NO'`,
    [table],
  )
  return rows
}

/** Another value of the same type. */
function changed({ name, type }: { name: string; type: string }): string {
  if (type === 'text') return `coalesce(${name}, '') || 'x'`
  if (type === 'uuid') return 'gen_random_uuid()'
  if (type === 'bool') return `not ${name}`
  if (type === 'date') return `coalesce(${name}, '2024-01-01') + 1`
  if (type === 'timestamptz') return `coalesce(${name}, '2024-01-01') + interval '1 hour'`
  if (type === 'jsonb' || type === 'json') return `'{"x": 1}'`
  if (type === 'xid8') return `'12345'`
  return `coalesce(${name}, 0) + 1`
}

/** The rows of a table that belong to an invoice. */
function partsOf(table: string, invoiceId: string): string {
  return table === 'fee_taxes'
    ? `fee_id in (select id from fees where invoice_id = '${invoiceId}')`
    : `invoice_id = '${invoiceId}'`
}

async function copied(table: string, invoiceId: string): Promise<string> {
  const names = (await columnsOf(table)).map(({ name }) => name)
  // A released link does not conflict with another one, and an invoice uses a coupon once.
  const own: Readonly<Record<string, string>> = {
    id: 'gen_random_uuid()',
    released_at: 'now()',
    source_id: 'gen_random_uuid()',
  }
  const values = names.map((name) => own[name] ?? `"${name}"`)
  return `insert into ${table} ("${names.join('", "')}")
    select ${values.join(', ')} from ${table} where ${partsOf(table, invoiceId)} limit 1`
}

/** What follows from the ledger of an invoice. */
const PAID = ['payment_status', 'total_paid_amount_cents', 'offset_amount_cents']

describe('a final invoice', () => {
  it('changes in no column but those of its payment, its dispute and its update', async () => {
    const free: string[] = []
    for (const column of await columnsOf('invoices')) {
      const statement = `update invoices set "${column.name}" = ${changed(column)} where id = '${finalId}'`
      const result = await attempt(statement)
      if (result === 1) free.push(column.name)
      else if (column.name === 'status') expect(result).toContain('cannot go from finalized to finalizedx')
      else if (PAID.includes(column.name)) {
        expect(result, column.name).toContain('changes with its rows of invoice_payments only')
      } else expect(result, column.name).toContain(FINAL)
    }
    expect(free.sort()).toEqual([...FREE].sort())
  })

  it('can be voided, with nothing else, and is as final then', async () => {
    const voiding = `update invoices set status = 'voided', voided_at = now() where id = '${finalId}'`
    expect(await attempt(voiding)).toBe(1)
    expect(await attempt(`update invoices set status = 'voided' where id = '${finalId}'`)).toContain(
      'voided_means_dated',
    )
    expect(await attempt(voiding.replace('voided_at', 'currency = currency || 1, voided_at'))).toContain(
      FINAL,
    )
    const dated = `update invoices set voided_at = now() + interval '1 day' where id = '${finalId}'`
    expect(await attempt(voiding, dated)).toContain('is voided and cannot change')
  })

  it('is not deleted', async () => {
    const result = await attempt(`delete from invoices where id = '${finalId}'`)
    expect(result).toContain('is finalized and cannot be deleted')
  })

  it.each(Object.keys(PARTS))('keeps its %s: none comes, goes or changes', async (table) => {
    const parts = partsOf(table, finalId)
    const { rows } = await owner.query(`select count(*)::int as count from ${table} where ${parts}`)
    expect(rows[0].count).toBeGreaterThan(0)
    expect(await attempt(await copied(table, finalId))).toContain(SEALED)
    const deleted = await attempt(`delete from ${table} where ${parts}`)
    expect(typeof deleted).toBe('string')
    expect(deleted).toMatch(/is final: its|violates foreign key/)
    const free: string[] = []
    for (const { name } of await columnsOf(table)) {
      const result = await attempt(`update ${table} set "${name}" = "${name}" where ${parts}`)
      if (typeof result === 'number') free.push(name)
      else expect(result, name).toContain('is final: its')
    }
    expect(free.sort()).toEqual([...(PARTS[table] ?? [])].sort())
  })

  it('takes no fee of another invoice, nor one without an invoice', async () => {
    const moved = `update fees set invoice_id = '${finalId}' where invoice_id = '${draftId}'`
    expect(await attempt(moved)).toContain(SEALED)
    const freed = `update fees set invoice_id = null where invoice_id = '${draftId}'`
    expect(
      await attempt(freed, `update fees set invoice_id = '${finalId}' where invoice_id is null`),
    ).toContain(SEALED)
  })

  it('takes its parts in the transaction that makes it final', async () => {
    const made = `update invoices set status = 'finalized', sequential_id = 2, finalized_at = now()
      where id = '${draftId}'`
    expect(await attempt(made, 'savepoint part', await copied('fees', draftId))).toBe(1)
  })
})

describe('a draft', () => {
  it.each(Object.keys(PARTS))('loses and gets %s', async (table) => {
    expect(await attempt(await copied(table, draftId))).toBe(1)
    expect(await attempt(`delete from ${table} where ${partsOf(table, draftId)}`)).toBeGreaterThan(0)
  })

  it('is not final without a number and an instant', async () => {
    for (const set of [
      `status = 'finalized'`,
      `status = 'finalized', sequential_id = 2`,
      `status = 'finalized', finalized_at = now()`,
    ]) {
      const result = await attempt(`update invoices set ${set} where id = '${draftId}'`)
      expect(result, set).toContain('final_means_numbered')
    }
  })

  it('gets no number that another invoice of its customer or of its entity has', async () => {
    const set = `status = 'finalized', finalized_at = now()`
    expect(await attempt(`update invoices set ${set}, sequential_id = 1 where id = '${draftId}'`)).toContain(
      'invoices_number',
    )
    // An entity's numbers cover all its customers.
    const given = `insert into invoices (organization_id, id, customer_id, billing_entity_id, number, invoice_type, status,
        currency, timezone, issuing_date, payment_due_date, net_payment_term, billing_at, entity_sequential_id,
        created_at, updated_at)
      select organization_id, gen_random_uuid(), customer_id, billing_entity_id, 'x', invoice_type, 'generating',
        currency, timezone, issuing_date, payment_due_date, net_payment_term, billing_at, 7, created_at, updated_at
      from invoices where id = '${draftId}'`
    expect(await attempt(given)).toBe(1)
    expect(await attempt(given, given)).toContain('invoices_entity_number')
  })

  it('is not paid', async () => {
    for (const set of [`payment_status = 'succeeded'`, 'total_paid_amount_cents = 1']) {
      expect(await attempt(`update invoices set ${set} where id = '${draftId}'`)).toContain(
        'drafts_are_unpaid',
      )
    }
  })
})

describe('the status of an invoice', () => {
  const statuses = [
    'draft',
    'finalized',
    'voided',
    'failed',
    'pending',
    'generating',
    'open',
    'closed',
    'deleted',
  ]
  const moves: Readonly<Record<string, readonly string[]>> = {
    generating: ['draft', 'open', 'pending', 'failed', 'finalized', 'closed'],
    draft: ['pending', 'failed', 'finalized', 'closed', 'deleted'],
    open: ['finalized', 'closed'],
    pending: ['failed', 'finalized', 'closed'],
    failed: ['pending', 'finalized', 'closed'],
    finalized: ['voided'],
    voided: [],
    closed: [],
    deleted: [],
  }

  it.each(statuses)('%s goes where it may and nowhere else', async (from) => {
    const reached: string[] = []
    for (const to of statuses.filter((status) => status !== from)) {
      const made = `insert into invoices (organization_id, id, customer_id, billing_entity_id, number, invoice_type, status,
          currency, timezone, issuing_date, payment_due_date, net_payment_term, billing_at, issuing_settings,
          payment_status, sequential_id, finalized_at, voided_at, created_at, updated_at)
        select organization_id, '${organizationId}', customer_id, billing_entity_id, 'x', invoice_type, '${from}',
          currency, timezone, issuing_date, payment_due_date, net_payment_term, billing_at, issuing_settings,
          'succeeded', 99, now(), ${from === 'finalized' ? 'null' : 'now()'}, created_at, updated_at
        from invoices where id = '${draftId}'`
      const voidedAt = from === 'finalized' && to === 'voided' ? ', voided_at = now()' : ''
      const moved = `update invoices set status = '${to}'${voidedAt} where id = '${organizationId}'`
      const result = await attempt(made, moved)
      if (result === 1) reached.push(to)
      else expect(result).toContain(`cannot go from ${from} to ${to}`)
    }
    expect(reached.sort()).toEqual([...(moves[from] ?? [])].sort())
  })
})
