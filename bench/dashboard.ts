import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { measureBrowser } from './dashboard-browser.ts'
import { type CallGroup, callGroups } from './dashboard-calls.ts'
import { type Benchmark, type Figure, median, quantile, type Setting } from './figure.ts'
import { type LargeOrganization, OWNER, startLarge } from './seed-large.ts'

const CUSTOMERS = 100_000
const CUSTOMERS_QUICK = 5000

/** Signs in as the dashboard does; the headers of its requests. */
async function signIn({ server, slug }: LargeOrganization): Promise<Readonly<Record<string, string>>> {
  const answer = await fetch(`${server.url}/api/weir/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: server.url },
    body: JSON.stringify({ email: OWNER.email, password: OWNER.password }),
  })
  if (!answer.ok) throw new Error(`signing in: ${answer.status} ${await answer.text()}`)
  const cookie = answer.headers.getSetCookie().map((each) => each.split(';')[0])
  return { cookie: cookie.join('; '), 'x-weir-organization': slug }
}

/** How long each path takes to be answered, one request after the other, in ms. */
async function timesOf(
  { server }: LargeOrganization,
  headers: Readonly<Record<string, string>>,
  paths: readonly string[],
  rounds: number,
): Promise<ReadonlyMap<string, readonly number[]>> {
  const times = new Map<string, number[]>(paths.map((path) => [path, []]))
  // The first round warms up what a running server has warm.
  for (let round = -1; round < rounds; round += 1) {
    for (const [path, taken] of times) {
      const begun = performance.now()
      const answer = await fetch(`${server.url}${path}`, { headers })
      const body = await answer.text()
      if (!answer.ok) throw new Error(`${path}: ${answer.status} ${body.slice(0, 300)}`)
      if (round >= 0) taken.push(performance.now() - begun)
    }
  }
  return times
}

/** The slowest path of a group by its 95th percentile, with all others in the details. */
function figureOf(
  { name, budgetMs }: CallGroup,
  times: ReadonlyMap<string, readonly number[]>,
  of: LargeOrganization,
): Figure {
  const rows = [...times].map(([path, taken]) => ({
    path: decodeURIComponent(path.replace('/api/', '')),
    median: Math.round(median(taken) * 10) / 10,
    p95: Math.round(quantile(taken, 0.95) * 10) / 10,
  }))
  rows.sort((a, b) => b.p95 - a.p95)
  const all = [...times.values()].flat()
  const value = rows[0]?.p95
  if (value === undefined) throw new Error(`${name}: nothing was measured`)
  return {
    name: `dashboard, ${name}`,
    what: `p95 of the slowest of ${rows.length} calls, ${of.invoices} invoices`,
    unit: 'ms',
    value,
    reference: budgetMs,
    referenceWhat: 'its budget',
    ratio: value / budgetMs,
    target: 1,
    isFloor: false,
    details: {
      p95OfAll: quantile(all, 0.95),
      medianOfAll: median(all),
      beyond: rows.filter(({ p95 }) => p95 > budgetMs).length,
      calls: Object.fromEntries(rows.map((row) => [row.path, [row.median, row.p95]])),
    },
  }
}

async function measureServer(of: LargeOrganization, rounds: number): Promise<readonly Figure[]> {
  const headers = await signIn(of)
  const month = `${new Date().toISOString().slice(0, 8)}01`
  const figures: Figure[] = []
  for (const group of callGroups({ ...of, month })) {
    figures.push(figureOf(group, await timesOf(of, headers, group.paths, rounds), of))
  }
  return figures
}

/**
 * The dashboard on an organization with 100,000 customers and 1,000,000 invoices: what its requests take, and what
 * Chromium measures. WEIR_BENCH_LARGE names a folder in which the organization is kept for the next run.
 */
async function runDashboard({ root, isQuick, sizes }: Setting): Promise<readonly Figure[]> {
  const kept = process.env.WEIR_BENCH_LARGE
  const folder = kept ?? (await mkdtemp(join(tmpdir(), 'weir-bench-large-')))
  const customers = sizes?.[0] ?? (isQuick ? CUSTOMERS_QUICK : CUSTOMERS)
  try {
    const large = await startLarge(root, folder, customers)
    try {
      const calls = await measureServer(large, isQuick ? 5 : 40)
      return [...calls, ...(await measureBrowser(large, isQuick))]
    } finally {
      await large.server.stop()
    }
  } finally {
    if (kept === undefined) await rm(folder, { recursive: true, force: true })
  }
}

export const dashboardBenchmarks: readonly Benchmark[] = [{ name: 'dashboard', run: runDashboard }]
