import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { balanceBenchmarks } from './balance.ts'
import { bigInvoiceBenchmarks } from './big-invoice.ts'
import { billingBenchmarks } from './billing.ts'
import { dashboardBenchmarks } from './dashboard.ts'
import { documentBenchmarks } from './documents.ts'
import type { Benchmark, Figure } from './figure.ts'
import { hostileBodiesBenchmarks } from './hostile-bodies.ts'
import { hotWalletBenchmarks } from './hot-wallet.ts'
import { ingestBenchmarks } from './ingest.ts'
import { LoadGenerator } from './load.ts'
import { neighbourBenchmarks } from './neighbour.ts'
import { overloadBenchmarks } from './overload.ts'
import { previewBenchmarks } from './preview.ts'
import { readBenchmarks } from './reads.ts'
import { describeMachine, tableOf, writeReport } from './report.ts'
import { twoProcessesBenchmarks } from './two-processes.ts'
import { startWeirServer } from './weir-server.ts'
import { writeBenchmarks } from './writes.ts'

// npm run bench [-- --only NAME,NAME] [--quick] [--profile] [--sizes 1000,10000]: measures Weir against references in the same
// run (docs/performance.md).
const all: readonly Benchmark[] = [
  ...ingestBenchmarks,
  ...readBenchmarks,
  ...overloadBenchmarks,
  ...neighbourBenchmarks,
  ...hostileBodiesBenchmarks,
  ...billingBenchmarks,
  ...previewBenchmarks,
  ...twoProcessesBenchmarks,
  ...writeBenchmarks,
  ...bigInvoiceBenchmarks,
  ...documentBenchmarks,
  ...balanceBenchmarks,
  ...hotWalletBenchmarks,
  ...dashboardBenchmarks,
]

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', multiple: true },
    quick: { type: 'boolean', default: false },
    profile: { type: 'boolean', default: false },
    sizes: { type: 'string' },
  },
})
const only = options.only?.flatMap((names) => names.split(','))
const sizes = options.sizes?.split(',').map(Number)
const unknown = only?.filter((name) => !all.some((each) => each.name === name)) ?? []
if (unknown.length > 0) throw new Error(`--only takes ${all.map(({ name }) => name).join(', ')}`)
if (sizes?.some((size) => !(size > 0) || size % 100 !== 0)) throw new Error('--sizes takes whole hundreds')
const chosen = all.filter(({ name }) => only === undefined || only.includes(name))

const root = join(import.meta.dirname, '..')
const server = await startWeirServer(root)
const load = new LoadGenerator()
try {
  const machine = await describeMachine(server)
  console.log(
    Object.entries(machine)
      .map(([name, value]) => `${name}: ${value}`)
      .join('\n'),
  )
  const figures: Figure[] = []
  const isWritten = !options.quick
  let written = ''
  for (const { name, run } of chosen) {
    console.log(`${new Date().toISOString().slice(11, 19)} ${name} …`)
    const found = await run({
      root,
      server,
      load,
      isQuick: options.quick,
      isProfiled: options.profile,
      sizes,
    })
    for (const { details, ...figure } of found)
      console.log(tableOf([{ ...figure, details }]).split('\n')[2], details)
    figures.push(...found)
    // After each one, so that an aborted run keeps its results.
    if (isWritten) written = await writeReport(machine, figures, options.quick, only)
  }
  console.log(`\n${tableOf(figures)}\n`)
  if (isWritten) console.log(`written to ${written}.md`)
} finally {
  load.stop()
  await server.stop()
}
