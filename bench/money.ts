import type pg from 'pg'
import { copyRow, numberedId } from './database.ts'
import type { Opened } from './seed.ts'

/** What a customer's bill is reduced by: a coupon of 10 %, a credit note of 5.00 and a wallet of 10.00. */
export const MONEY = { noteCents: 500, walletCents: 1000 } as const

/** The rows that give one customer these, by table. */
export type MoneyRows = Readonly<Record<(typeof TABLES)[number], string>>

const TABLES = ['applied_coupons', 'invoices', 'credit_notes', 'wallets', 'wallet_transactions'] as const
const SERIES: Readonly<Record<(typeof TABLES)[number], string>> = {
  applied_coupons: 'acacacacaca',
  invoices: '0ff0ff0ff0f',
  credit_notes: 'c4edc4edc4e',
  wallets: 'a11e7a11e7a',
  wallet_transactions: '4a5ac74a5ac',
}

/** Gives the customer `pattern` a coupon, a credit note and a wallet through the API. */
export async function makeMoney(organization: Opened, client: pg.Client): Promise<MoneyRows> {
  const { post } = organization
  await post('/coupons', {
    coupon: {
      name: 'Ten',
      code: 'ten',
      coupon_type: 'percentage',
      percentage_rate: '10',
      frequency: 'forever',
      expiration: 'no_expiration',
    },
  })
  await post('/applied_coupons', { applied_coupon: { external_customer_id: 'pattern', coupon_code: 'ten' } })
  await post('/add_ons', {
    add_on: { name: 'Setup', code: 'setup', amount_cents: 10_000, amount_currency: 'EUR' },
  })
  const sold = await post('/invoices', {
    invoice: { external_customer_id: 'pattern', currency: 'EUR', fees: [{ add_on_code: 'setup' }] },
  })
  const invoice = sold.invoice as unknown as { lago_id: string; fees: { lago_id: string }[] }
  await post('/credit_notes', {
    credit_note: {
      invoice_id: invoice.lago_id,
      reason: 'other',
      credit_amount_cents: MONEY.noteCents * 1.2,
      items: [{ fee_id: invoice.fees[0]?.lago_id, amount_cents: MONEY.noteCents }],
    },
  })
  await post('/wallets', {
    wallet: {
      external_customer_id: 'pattern',
      currency: 'EUR',
      rate_amount: '1',
      granted_credits: String(MONEY.walletCents / 100),
    },
  })
  const found = await Promise.all(
    TABLES.map(async (table) => {
      const { rows } = await client.query<{ id: string }>(
        `select id from ${table} where organization_id = $1`,
        [organization.id],
      )
      const [row] = rows
      if (!row || rows.length > 1) throw new Error(`${rows.length} rows of ${table} instead of one`)
      return [table, row.id] as const
    }),
  )
  return Object.fromEntries(found) as MoneyRows
}

/**
 * Copies a customer's coupon, credit note and wallet for the customers of a series. What guards these rows, and sums
 * them up, sees requests and not copies, so it is off meanwhile: the client is a superuser's.
 */
export async function copyMoney(
  client: pg.Client,
  rows: MoneyRows,
  count: number,
  customer: string,
): Promise<void> {
  const id = (table: keyof MoneyRows) => numberedId(SERIES[table])
  const changed: Readonly<Record<keyof MoneyRows, Readonly<Record<string, string>>>> = {
    applied_coupons: { customer_id: customer },
    invoices: {
      customer_id: customer,
      number: `t.number || '-' || n`,
      entity_sequential_id: 'null',
    },
    credit_notes: { customer_id: customer, invoice_id: id('invoices'), number: `t.number || '-' || n` },
    wallets: { customer_id: customer },
    wallet_transactions: { wallet_id: id('wallets') },
  }
  await client.query('set session_replication_role = replica')
  for (const table of TABLES) {
    await copyRow(client, { table, id: rows[table], count, changed: { ...changed[table], id: id(table) } })
  }
  await client.query(
    `insert into customer_invoice_counters (organization_id, customer_id, billing_entity_id, last_number)
    select organization_id, customer_id, billing_entity_id, sequential_id from invoices
    where organization_id = (select organization_id from invoices where id = $1)
    on conflict do nothing`,
    [rows.invoices],
  )
  // The triggers that keep the sums by day did not run.
  const { rows: owners } = await client.query('select organization_id from invoices where id = $1', [
    rows.invoices,
  ])
  await client.query('call weir_rebuild_days($1)', [owners[0]?.organization_id])
  await client.query('set session_replication_role = origin')
  for (const table of TABLES) await client.query(`analyze ${table}`)
}
