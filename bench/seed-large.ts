import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type pg from 'pg'
import { copyRow, numberedId, withClient } from './database.ts'
import { METRICS } from './event-mix.ts'
import { CUSTOMER_ID, SUBSCRIPTION_ID, writeBills } from './large-bills.ts'
import { startWeirServer, type WeirServer } from './weir-server.ts'

/** Whom the large organization belongs to, for the dashboard and for the API. */
export const OWNER = {
  email: 'owner@example.com',
  password: 'correct-horse-battery',
  apiKey: 'large-organization-of-a-benchmark',
} as const

export type LargeOrganization = {
  readonly server: WeirServer
  readonly slug: string
  readonly customers: number
  readonly invoices: number
  /** How long it took to write; 0 when it was there. */
  readonly seededSeconds: number
}

const CURRENCIES = ['EUR', 'USD', 'GBP'] as const
const WORDS = [
  'Northwind',
  'Acorn',
  'Blue',
  'Cedar',
  'Delta',
  'Ember',
  'Falcon',
  'Granite',
  'Harbor',
  'Iris',
  'Juniper',
]
const KINDS = ['Labs', 'Systems', 'Foods', 'Logistics', 'Health', 'Media', 'Works']
const COUNTRIES = ['DE', 'FR', 'US', 'GB', 'NL', 'ES', 'IT']

const oneOf = (values: readonly string[], index: string): string =>
  `(array[${values.map((value) => `'${value}'`).join(', ')}])[${index} % ${values.length} + 1]`

/**
 * A server on a data folder with an organization of so many customers, each with a subscription, and ten times as many
 * invoices (large-bills.ts). It is written once: a folder that has one is only opened.
 */
export async function startLarge(
  root: string,
  folder: string,
  customers: number,
): Promise<LargeOrganization> {
  const record = join(folder, 'large.json')
  await mkdir(folder, { recursive: true })
  const server = await startWeirServer(root, {
    folder,
    environment: {
      WEIR_ORG_NAME: 'Large',
      WEIR_ORG_EMAIL: OWNER.email,
      WEIR_ORG_PASSWORD: OWNER.password,
      WEIR_ORG_API_KEY: OWNER.apiKey,
    },
  })
  try {
    if (!existsSync(record)) await seed(server, record, customers)
    return { server, ...JSON.parse(await readFile(record, 'utf8')) }
  } catch (error) {
    await server.stop()
    throw error
  }
}

async function seed(server: WeirServer, record: string, customers: number): Promise<void> {
  const begun = performance.now()
  const call = async (method: string, path: string, body?: object) => {
    const answer = await fetch(`${server.url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${OWNER.apiKey}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
    return (await answer.json()) as Record<string, Record<string, string>>
  }
  const { organization = {} } = await call('GET', '/organizations')
  await makeCatalogue(call)
  const { lago_id: organizationId = '', document_number_prefix: prefix = '', slug = '' } = organization
  const invoices = await withClient(server.superuserUrl, async (client) => {
    await copyCustomers(client, organizationId, customers)
    await writeBills(client, { organizationId, prefix, customers })
    await client.query('vacuum (analyze)')
    const { rows } = await client.query<{ count: number }>('select count(*)::int as count from invoices')
    return rows[0]?.count ?? 0
  })
  const seededSeconds = (performance.now() - begun) / 1000
  await writeFile(record, JSON.stringify({ slug, customers, invoices, seededSeconds }))
}

type Call = (method: string, path: string, body?: object) => Promise<Record<string, Record<string, string>>>

/** Metrics, a tax, a plan for each currency, and a customer with a subscription and a wallet to copy. */
async function makeCatalogue(call: Call): Promise<void> {
  await call('POST', '/taxes', {
    tax: { name: 'VAT', code: 'vat', rate: '20', applied_to_organization: true },
  })
  const charges: object[] = []
  for (const metric of METRICS.slice(0, 2)) {
    const { billable_metric = {} } = await call('POST', '/billable_metrics', {
      billable_metric: { ...metric, recurring: false },
    })
    charges.push({
      code: metric.code,
      billable_metric_id: billable_metric.lago_id,
      charge_model: 'standard',
      properties: { amount: metric.code === 'requests' ? '0.01' : '0.002' },
    })
  }
  for (const currency of CURRENCIES) {
    await call('POST', '/plans', {
      plan: {
        name: `Scale ${currency}`,
        code: `scale-${currency.toLowerCase()}`,
        interval: 'monthly',
        amount_cents: 4900,
        amount_currency: currency,
        pay_in_advance: false,
        charges,
      },
    })
  }
  const customer = { external_id: 'pattern', name: 'Pattern', currency: 'EUR', email: 'pattern@example.com' }
  await call('POST', '/customers', { customer })
  await call('POST', '/subscriptions', {
    subscription: { external_customer_id: 'pattern', external_id: 'pattern', plan_code: 'scale-eur' },
  })
  await call('POST', '/wallets', {
    wallet: { external_customer_id: 'pattern', currency: 'EUR', rate_amount: '1', granted_credits: '25' },
  })
}

/** Which currency a customer's bills have (large-bills.ts). */
const CURRENCY = `(array['EUR', 'EUR', 'EUR', 'EUR', 'EUR', 'EUR', 'EUR', 'USD', 'USD', 'GBP'])[n / 7 % 10 + 1]`
/** When a customer came: before the month of its first bill. */
const CAME = `date_trunc('month', now()) - make_interval(months => 24 - (n / 5) % 24) + make_interval(secs => n % 7200)`

async function copyCustomers(client: pg.Client, organizationId: string, count: number): Promise<void> {
  const idOf = async (table: string) => {
    const { rows } = await client.query<{ id: string }>(
      `select id from ${table} where organization_id = $1 limit 2`,
      [organizationId],
    )
    const [row] = rows
    if (!row || rows.length > 1) throw new Error(`${rows.length} rows of ${table} instead of one`)
    return row.id
  }
  const tables = ['customers', 'subscriptions', 'lifetime_usages', 'wallets', 'wallet_transactions'] as const
  const ids = new Map<string, string>()
  for (const table of tables) ids.set(table, await idOf(table))
  await client.query('set session_replication_role = replica')
  const copy = (table: string, changed: Readonly<Record<string, string>>, rows = count) =>
    copyRow(client, { table, id: ids.get(table) ?? '', count: rows, changed })
  await copy('customers', {
    id: CUSTOMER_ID,
    external_id: `'cust_' || (n - 1)`,
    sequential_id: 't.sequential_id + n',
    slug: `t.slug || '-' || n`,
    name: `${oneOf(WORDS, 'n')} || ' ' || ${oneOf(KINDS, 'n / 11')} || ' ' || n`,
    email: `'billing' || n || '@example.com'`,
    country: oneOf(COUNTRIES, 'n / 3'),
    currency: CURRENCY,
    created_at: CAME,
    updated_at: CAME,
  })
  await copy('subscriptions', {
    id: SUBSCRIPTION_ID,
    customer_id: CUSTOMER_ID,
    external_id: `'sub_' || (n - 1)`,
    plan_id: `(select p.id from plans p
      where p.organization_id = t.organization_id and p.amount_currency = ${CURRENCY})`,
    // One of fifty has ended.
    status: `case when n % 50 = 49 then 'terminated' else 'active' end`,
    terminated_at: `case when n % 50 = 49 then now() end`,
    ...Object.fromEntries(
      ['subscription_at', 'started_at', 'activated_at', 'created_at', 'updated_at'].map((name) => [
        name,
        CAME,
      ]),
    ),
  })
  await copy('lifetime_usages', { id: numberedId('11111111111'), subscription_id: SUBSCRIPTION_ID })
  const wallet = numberedId('a11e7a11e7a')
  const own = { customer_id: CUSTOMER_ID, created_at: CAME, updated_at: CAME, currency: CURRENCY }
  await copy('wallets', { id: wallet, ...own }, count / 5)
  await copy('wallet_transactions', { id: numberedId('4a5ac74a5ac'), wallet_id: wallet }, count / 5)
  await client.query(
    'update customer_counters set last_number = last_number + $2 where organization_id = $1',
    [organizationId, count],
  )
  await client.query('set session_replication_role = origin')
  await client.query('analyze')
}
