import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startEmbeddedPostgres } from '../../src/boot/embedded-postgres.ts'
import { openLog } from '../../src/boot/log.ts'
import { migrateAll } from '../../src/boot/migrate-all.ts'
import { live, type Servers } from './live.ts'
import { SimulatedServer } from './server.ts'

// npm run simulate -- --seeds N [--seed S] [--years Y] [--deaths D] [--jobs J]: plays N lives from the seed S on, each
// twice, and prints what does not hold. A seed and the years give the life; --jobs 1 replays it alone on its servers,
// where deaths come at nearly the same statements, for what works in the background takes its own time.
const { values: options } = parseArgs({
  options: {
    seeds: { type: 'string', default: '10' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    years: { type: 'string', default: '2' },
    deaths: { type: 'string', default: '4' },
    jobs: { type: 'string', default: '2' },
  },
})

const FAULTS_SHOWN = 12

async function liveSeed(seed: number, servers: Servers): Promise<boolean> {
  const began = performance.now()
  try {
    const { calm, faults } = await live(seed, servers, {
      years: Number(options.years),
      deaths: Number(options.deaths),
    })
    const seconds = ((performance.now() - began) / 1000).toFixed(1)
    const size = `${calm.events.length} events, ${calm.invoices.length} invoices`
    console.log(`${faults.length === 0 ? 'ok    ' : 'FAULTY'} seed ${seed}: ${size}, ${seconds} s`)
    for (const { validator, where, says } of faults.slice(0, FAULTS_SHOWN)) {
      console.log(`       [${validator}] ${where}: ${says}`)
    }
    if (faults.length > FAULTS_SHOWN) console.log(`       and ${faults.length - FAULTS_SHOWN} more`)
    return faults.length === 0
  } catch (error) {
    console.log(`BROKEN seed ${seed}: ${(error as Error).stack}`)
    return false
  }
}

async function main(): Promise<void> {
  const folder = await mkdtemp('/tmp/weir-simulation-')
  const log = await openLog({ level: 'error', isTerminal: false })
  const postgres = await startEmbeddedPostgres({ dataDir: join(folder, 'data'), log })
  await migrateAll(postgres.url)
  const first = Number(options.seed)
  const calm = await SimulatedServer.start(postgres.url)
  const rough = await SimulatedServer.start(postgres.url, first)
  try {
    const waiting = Array.from({ length: Number(options.seeds) }, (_, k) => first + k)
    const bad: number[] = []
    const work = async () => {
      for (let seed = waiting.shift(); seed !== undefined; seed = waiting.shift()) {
        if (!(await liveSeed(seed, { calm, rough }))) bad.push(seed)
      }
    }
    await Promise.all(Array.from({ length: Number(options.jobs) }, work))
    console.log(
      `${Number(options.seeds) - bad.length} lives hold, ${bad.length} do not; ${rough.deaths} deaths`,
    )
    for (const seed of bad)
      console.log(
        `replay: npm run simulate -- --seeds 1 --seed ${seed} --years ${options.years} --deaths ${options.deaths} --jobs 1`,
      )
    process.exitCode = bad.length === 0 ? 0 : 1
  } finally {
    await Promise.all([calm.stop(), rough.stop()])
    await postgres.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

await main()
