import type pg from 'pg'
import { withClient } from './database.ts'
import { type Benchmark, type Figure, middle, type Setting } from './figure.ts'
import type { Load } from './load-process.ts'
import { openOrganization } from './seed.ts'

const CONNECTIONS = 200

/** A wallet with more credits than a run can void, and its load: each request voids one cent. */
async function openWallet(setting: Setting): Promise<{ id: string; load: Load }> {
  const { post, apiKey } = await openOrganization(setting.server)
  await post('/customers', { customer: { external_id: 'hot', currency: 'EUR' } })
  const { wallet } = await post('/wallets', {
    wallet: { external_customer_id: 'hot', rate_amount: '1', currency: 'EUR' },
  })
  const id = (wallet as unknown as { lago_id: string }).lago_id
  await post('/wallet_transactions', { wallet_transaction: { wallet_id: id, granted_credits: '1000000' } })
  const body = JSON.stringify({ wallet_transaction: { wallet_id: id, voided_credits: '0.01' } })
  const what = { kind: 'post' as const, path: '/api/v1/wallet_transactions', body, from: 0 }
  const { url } = setting.server
  return { id, load: { url, apiKey, connections: CONNECTIONS, what, seconds: 1 } }
}

/** Updates per second of one row, a commit each, on one connection. */
async function oneRowUpdates(client: pg.Client, seconds: number): Promise<number> {
  await client.query(
    `create table if not exists bench_balance (id integer primary key, balance bigint not null)`,
  )
  await client.query(`insert into bench_balance values (1, 0) on conflict do nothing`)
  const begun = performance.now()
  let updates = 0
  while (performance.now() < begun + seconds * 1000) {
    await client.query({ name: 'debit', text: 'update bench_balance set balance = balance - 1 where id = 1' })
    updates += 1
  }
  return updates / ((performance.now() - begun) / 1000)
}

/** Whether the balance is what came in less what went out, and no cent of what went out came from nowhere. */
async function isInBalance(client: pg.Client, id: string, debits: number): Promise<boolean> {
  const { rows } = await client.query<{
    balance: string
    in: string
    out: string
    taken: string
    count: string
  }>(
    `select w.balance_cents as balance,
      (select sum(amount_cents) from wallet_transactions where wallet_id = w.id and transaction_type = 'inbound') as in,
      (select sum(amount_cents) from wallet_transactions where wallet_id = w.id and transaction_type = 'outbound') as out,
      (select sum(c.amount_cents) from wallet_transaction_consumptions c
        join wallet_transactions t on t.id = c.outbound_wallet_transaction_id where t.wallet_id = w.id) as taken,
      (select count(*) from wallet_transactions where wallet_id = w.id and transaction_type = 'outbound') as count
    from wallets w where w.id = $1`,
    [id],
  )
  const [row] = rows
  if (!row) return false
  return (
    BigInt(row.balance) === BigInt(row.in) - BigInt(row.out) &&
    BigInt(row.balance) >= 0n &&
    row.out === row.taken &&
    Number(row.count) === debits
  )
}

async function measure(setting: Setting): Promise<Figure[]> {
  const seconds = setting.isQuick ? 3 : 8
  const rounds = setting.isQuick ? 3 : 5
  const { id, load } = await openWallet(setting)
  const pairs: { value: number; reference: number; medianMs: number; p99Ms: number }[] = []
  return withClient(setting.server.databaseUrl, async (client) => {
    let debits = (await setting.load.one({ ...load, seconds: 2 })).ok
    for (let round = 0; round < rounds; round += 1) {
      const reference = await oneRowUpdates(client, seconds)
      const done = await setting.load.one({ ...load, seconds })
      debits += done.ok
      pairs.push({ value: done.okPerSecond, reference, medianMs: done.medianMs, p99Ms: done.p99Ms })
    }
    const { ratios, ...found } = middle(pairs)
    const last = pairs[pairs.length - 1]
    return [
      {
        name: 'hot wallet',
        what: `debits of one wallet, ${CONNECTIONS} connections`,
        unit: 'req/s',
        ...found,
        referenceWhat: 'updates of one row, a commit each, one connection',
        target: 0.6,
        isFloor: true,
        conditions: { 'the balance is the sum of its transactions': await isInBalance(client, id, debits) },
        details: { ratios, debits, medianMs: last?.medianMs, p99Ms: last?.p99Ms },
      },
    ]
  })
}

/** How fast one wallet is debited by many clients at once. */
export const hotWalletBenchmarks: readonly Benchmark[] = [{ name: 'hot-wallet', run: measure }]
