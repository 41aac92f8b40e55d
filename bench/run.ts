import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Benchmark, Figure } from './figure.ts'
import { ingestBenchmarks } from './ingest.ts'
import { LoadGenerator } from './load.ts'
import { overloadBenchmarks } from './overload.ts'
import { readBenchmarks } from './reads.ts'
import { describeMachine, tableOf, writeReport } from './report.ts'
import { startWeirServer } from './weir-server.ts'

// npm run bench [-- --only NAME] [-- --quick]: measures Weir beside references of the same run (docs/performance.md).
const all: readonly Benchmark[] = [...ingestBenchmarks, ...readBenchmarks, ...overloadBenchmarks]

const { values: options } = parseArgs({
  options: { only: { type: 'string', multiple: true }, quick: { type: 'boolean', default: false } },
})
const chosen = all.filter(({ name }) => options.only === undefined || options.only.includes(name))
if (chosen.length === 0) {
  throw new Error(`--only takes ${all.map(({ name }) => name).join(', ')}`)
}

const server = await startWeirServer(join(import.meta.dirname, '..'))
const load = new LoadGenerator()
try {
  const machine = await describeMachine(server)
  console.log(
    Object.entries(machine)
      .map(([name, value]) => `${name}: ${value}`)
      .join('\n'),
  )
  const figures: Figure[] = []
  const isWritten = options.only === undefined || !options.quick
  let written = ''
  for (const { name, run } of chosen) {
    console.log(`${new Date().toISOString().slice(11, 19)} ${name} …`)
    const found = await run({ server, load, isQuick: options.quick })
    for (const { details, ...figure } of found)
      console.log(tableOf([{ ...figure, details }]).split('\n')[2], details)
    figures.push(...found)
    // After each of them, so that a run that is broken off keeps what it has measured.
    if (isWritten) written = await writeReport(machine, figures, options.quick, options.only)
  }
  console.log(`\n${tableOf(figures)}\n`)
  if (isWritten) console.log(`written to ${written}.md`)
} finally {
  load.stop()
  await server.stop()
}
