import { runBills, withBook } from './billing.ts'
import { withClient } from './database.ts'
import type { Book } from './due-book.ts'
import type { Benchmark, Figure, Setting } from './figure.ts'
import { startWeirServer, type WeirServer } from './weir-server.ts'

/** The contents of invoices, regardless of process and order; two runs must be equal. */
async function digestOf(server: WeirServer, book: Book): Promise<string> {
  const { rows } = await withClient(server.databaseUrl, (client) =>
    client.query<{ digest: string }>(
      `select md5(string_agg(line, E'\\n' order by line)) as digest from (
        select concat_ws(' ', c.external_id, i.status, i.currency, i.issuing_date, i.payment_due_date,
          i.sequential_id, i.fees_amount_cents, i.taxes_amount_cents, i.total_amount_cents, f.lines) as line
        from invoices i
        join customers c on c.organization_id = i.organization_id and c.id = i.customer_id
        join lateral (
          select string_agg(concat_ws(':', f.fee_type, f.units, f.precise_amount_cents, f.taxes_amount_cents), ','
            order by f.fee_type, f.units, f.precise_amount_cents) as lines
          from fees f where f.organization_id = i.organization_id and f.invoice_id = i.id
        ) f on true
        where i.organization_id = $1
      ) lines`,
      [book.organization.id],
    ),
  )
  return rows[0]?.digest ?? ''
}

async function runTwoProcesses(setting: Setting): Promise<readonly Figure[]> {
  const count = setting.sizes?.[0] ?? (setting.isQuick ? 400 : 10_000)
  const alone = await withBook(setting, count, async (server, book) => ({
    run: await runBills(server, book),
    digest: await digestOf(server, book),
  }))
  const together = await withBook(setting, count, async (server, book) => {
    const second = await startWeirServer(setting.root, { databaseUrl: server.databaseUrl })
    let isKilled = false
    let leftAtKill = 0
    const run = await runBills(server, book, async (left) => {
      if (isKilled || left > count / 2) return
      isKilled = true
      leftAtKill = left
      await second.kill()
    })
    if (!isKilled) await second.kill()
    return { run, digest: await digestOf(server, book), leftAtKill }
  })
  return [
    {
      name: 'two processes',
      what: `${count} due at once, two processes on one PostgreSQL, one of which is killed in the middle`,
      unit: 'invoices/s',
      value: together.run.perSecond,
      reference: alone.run.perSecond,
      referenceWhat: 'one process',
      ratio: together.run.perSecond / alone.run.perSecond,
      target: 1,
      isFloor: true,
      conditions: {
        'the same invoices': together.digest === alone.digest && alone.digest !== '',
        'one was killed in the middle': together.leftAtKill > 0,
      },
      details: { alone: alone.run, together: together.run, leftAtKill: together.leftAtKill },
    },
  ]
}

export const twoProcessesBenchmarks: readonly Benchmark[] = [{ name: 'two-processes', run: runTwoProcesses }]
