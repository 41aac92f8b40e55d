import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { copyRow, numberedId, withClient } from './database.ts'
import type { LoadGenerator } from './load.ts'
import { copyMoney, makeMoney } from './money.ts'
import { type Opened, openOrganization } from './seed.ts'
import type { WeirServer } from './weir-server.ts'

const BATCH = 100
/** Waiting usage is folded within this time. */
const FOLDED_WITHIN_MS = 11_000

/** An organization with subscriptions that are not due yet. */
export type Book = {
  readonly organization: Opened
  readonly count: number
  /** Schedules last month's bill for all of them, in one transaction. */
  readonly fallDue: () => Promise<void>
  /** The number of these bills still to be created. */
  readonly left: (client: pg.Client) => Promise<number>
  /** Throws when one of them could not be created. */
  readonly checkFailures: (client: pg.Client) => Promise<void>
}

/** The first of this month and of the one before, in UTC. */
function months(): { readonly before: Date; readonly current: Date } {
  const now = new Date()
  const [year, month] = [now.getUTCFullYear(), now.getUTCMonth()]
  return { before: new Date(Date.UTC(year, month - 1, 1)), current: new Date(Date.UTC(year, month, 1)) }
}

/** What the bills of a book carry besides the price of the plan and three charges. */
export type Extras = {
  /** Two fixed charges, and a custom section of the billing entity. */
  readonly hasFixedCharges?: boolean
  /** A coupon, a credit note and a wallet of each customer. */
  readonly hasMoney?: boolean
}

/** Two add-ons, and a section that every invoice prints. */
async function makeExtras(organization: Opened): Promise<readonly object[]> {
  for (const code of ['seat', 'support']) {
    await organization.post('/add_ons', {
      add_on: { name: code, code, amount_cents: 1000, amount_currency: 'EUR' },
    })
  }
  await organization.post('/invoice_custom_sections', {
    invoice_custom_section: { name: 'Terms', code: 'terms', details: 'Payable within a month.' },
  })
  await organization.put('/billing_entities', 'billing_entities', {
    billing_entity: { invoice_custom_section_codes: ['terms'] },
  })
  const fixed = (add_on_code: string, units: number, prorated: boolean) => ({
    add_on_code,
    units,
    prorated,
    charge_model: 'standard',
    properties: { amount: '10' },
  })
  return [fixed('seat', 5, true), fixed('support', 1, false)]
}

async function makePlan(organization: Opened, fixedCharges: readonly object[]): Promise<void> {
  const tax = { name: 'VAT', code: 'vat', rate: '20', applied_to_organization: true }
  await organization.post('/taxes', { tax })
  const charge = (code: string, amount: string) => ({
    code,
    billable_metric_id: organization.metricIds.get(code),
    charge_model: 'standard',
    properties: { amount },
  })
  await organization.post('/plans', {
    plan: {
      name: 'Billing',
      code: 'billing',
      interval: 'monthly',
      amount_cents: 4900,
      amount_currency: 'EUR',
      pay_in_advance: false,
      charges: [charge('requests', '0.01'), charge('tokens', '0.002'), charge('peak', '1')],
      fixed_charges: fixedCharges,
    },
  })
}

type Pattern = { readonly customer: string; readonly subscription: string; readonly item: string }

/** A customer and its subscription created through the API; the others are copies of their rows. */
async function makePattern(organization: Opened, client: pg.Client): Promise<Pattern> {
  const { before } = months()
  await organization.post('/customers', {
    // Overdue only after the benchmark, so that billing is the only work.
    customer: { external_id: 'pattern', name: 'Pattern', currency: 'EUR', net_payment_term: 365 },
  })
  await organization.post('/subscriptions', {
    subscription: {
      external_customer_id: 'pattern',
      external_id: 'pattern',
      plan_code: 'billing',
      subscription_at: before.toISOString(),
    },
  })
  const { rows } = await client.query<Pattern>(
    `select s.customer_id as customer, s.id as subscription, d.id as item
    from subscriptions s join due_items d on d.subject_id = s.id and d.kind = 'subscription_billing'
    where s.organization_id = $1`,
    [organization.id],
  )
  const [pattern] = rows
  if (!pattern) throw new Error('the pattern of the subscriptions has no bill to come')
  return pattern
}

async function copyPattern(
  client: pg.Client,
  pattern: Pattern,
  count: number,
  series: Readonly<Record<keyof Pattern, string>>,
): Promise<void> {
  const began = `'${months().before.toISOString()}'::timestamptz`
  await copyRow(client, {
    table: 'customers',
    id: pattern.customer,
    count,
    changed: {
      id: series.customer,
      external_id: `'cust_' || (n - 1)`,
      sequential_id: 't.sequential_id + n',
      slug: `t.slug || '-' || n`,
    },
  })
  await copyRow(client, {
    table: 'subscriptions',
    id: pattern.subscription,
    count,
    changed: {
      id: series.subscription,
      customer_id: series.customer,
      external_id: `'sub_' || (n - 1)`,
      ...Object.fromEntries(['started_at', 'activated_at', 'created_at'].map((column) => [column, began])),
    },
  })
  for (const [table, ids] of [
    ['lifetime_usages', ['11111111111']],
    ['fixed_charge_units', ['f1ced0f1ced', 'f1ced1f1ced']],
  ] as const) {
    const { rows } = await client.query<{ id: string }>(
      `select id from ${table} where subscription_id = $1 order by id`,
      [pattern.subscription],
    )
    for (const [n, { id }] of rows.entries()) {
      const changed = { id: numberedId(ids[n] ?? ''), subscription_id: series.subscription }
      await copyRow(client, { table, id, count, changed })
    }
  }
}

async function sendUsage(
  server: WeirServer,
  load: LoadGenerator,
  apiKey: string,
  count: number,
): Promise<void> {
  const { before, current } = months()
  const plan = { subscriptions: count, between: [before.getTime(), current.getTime() - 1] as const }
  const requests = Math.ceil((count * 3) / BATCH)
  const sent = await load.one({
    url: server.url,
    apiKey,
    connections: 8,
    what: { kind: 'batch', plan, size: BATCH },
    seconds: 3600,
    requestsMax: requests,
  })
  if (sent.ok !== requests) throw new Error(`${sent.ok} of ${requests} batches of events came in`)
}

/**
 * Subscribers of a plan with a subscription fee, three charges that each had usage last month, and 20 % tax. One is
 * created through the API and the others are copies of its rows; their events are sent normally. `extras` puts more on
 * each bill.
 */
export async function makeBook(
  server: WeirServer,
  load: LoadGenerator,
  count: number,
  endpointUrl?: string,
  { hasFixedCharges = false, hasMoney = false }: Extras = {},
): Promise<Book> {
  const organization = await openOrganization(server)
  await makePlan(organization, hasFixedCharges ? await makeExtras(organization) : [])
  const series = {
    customer: numberedId('ccccccccccc'),
    subscription: numberedId('5ab5ab5ab5a'),
    item: numberedId('d0ed0ed0ed0'),
  }
  const pattern = await withClient(server.databaseUrl, (client) => makePattern(organization, client))
  await withClient(server.superuserUrl, async (client) => {
    // Before the customer is copied, with the number of the invoice that the credit note is for.
    const money = hasMoney ? await makeMoney(organization, client) : undefined
    await copyPattern(client, pattern, count, series)
    await client.query('analyze customers')
    await client.query('analyze subscriptions')
    if (money) await copyMoney(client, money, count, series.customer)
  })
  await sendUsage(server, load, organization.apiKey, count)
  await sleep(FOLDED_WITHIN_MS)
  if (endpointUrl !== undefined) {
    const endpoint = { webhook_url: endpointUrl, signature_algo: 'hmac' }
    await organization.post('/webhook_endpoints', { webhook_endpoint: endpoint })
  }
  await withClient(server.superuserUrl, (client) => client.query('vacuum (analyze)'))
  const dueAt = months().current.toISOString()
  return {
    organization,
    count,
    fallDue: () =>
      withClient(server.databaseUrl, (client) =>
        copyRow(client, {
          table: 'due_items',
          id: pattern.item,
          count,
          changed: { id: series.item, subject_id: series.subscription, due_at: `'${dueAt}'::timestamptz` },
        }),
      ),
    left: async (client) => {
      const { rows } = await client.query<{ left: number }>(
        `select count(*)::int as left from due_items
        where organization_id = $1 and kind = 'subscription_billing' and due_at = $2`,
        [organization.id, dueAt],
      )
      return rows[0]?.left ?? Number.NaN
    },
    checkFailures: async (client) => {
      const { rows } = await client.query<{ error: string }>(
        'select error from due_items where organization_id = $1 and error is not null limit 1',
        [organization.id],
      )
      if (rows[0]) throw new Error(`a bill could not be created: ${rows[0].error}`)
    },
  }
}
