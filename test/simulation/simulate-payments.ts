import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startEmbeddedPostgres } from '../../src/boot/embedded-postgres.ts'
import { openLog } from '../../src/boot/log.ts'
import { PLAYED_PROVIDERS } from './played-providers.ts'
import { playStoredPayments } from './stored-payments.ts'

/** With fewer invoices, a wave may be paid without any call to the provider. */
const REVOKING_FROM = 1000
/** That one process may open. */
const CONNECTIONS = 60

// npm run payments -- --invoices N [--provider stripe|gocardless|adyen] [--seed S] [--kills K] [--processes P]: charges
// invoices through a chaotic provider, with processes killed now and then and the database twice, and prints what does not
// add up. The nightly run has 100,000, with a kill every 5,000.
const { values: options } = parseArgs({
  options: {
    provider: { type: 'string', default: 'stripe' },
    invoices: { type: 'string', default: '1000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    kills: { type: 'string' },
    processes: { type: 'string', default: '2' },
  },
})

const { provider } = options
if (!isPlayed(provider)) {
  console.error(`--provider is one of ${Object.keys(PLAYED_PROVIDERS).join(', ')}`)
  process.exit(1)
}

function isPlayed(name: string): name is keyof typeof PLAYED_PROVIDERS {
  return name in PLAYED_PROVIDERS
}

/** What PostgreSQL calls an immediate shutdown; its supervisor starts it again, and it recovers. */
async function stopWithoutCare(pidFile: string): Promise<void> {
  const [pid] = (await readFile(pidFile, 'utf8')).split('\n')
  process.kill(Number(pid), 'SIGQUIT')
}

const folder = await mkdtemp('/tmp/weir-payments-')
const log = await openLog({ level: 'error', isTerminal: false })
const postgres = await startEmbeddedPostgres({
  dataDir: join(folder, 'data'),
  log,
  maxConnections: CONNECTIONS * (Number(options.processes) + 1),
})
const began = performance.now()
try {
  const found = await playStoredPayments({
    provider,
    databaseUrl: postgres.url,
    invoices: Number(options.invoices),
    processes: Number(options.processes),
    kills: Number(options.kills ?? Math.max(4, Math.floor(Number(options.invoices) / 5000))),
    seed: Number(options.seed),
    revokesKey: Number(options.invoices) >= REVOKING_FROM,
    stopDatabase: () => stopWithoutCare(join(folder, 'data/postgres/postmaster.pid')),
    onProgress: (says) => console.log(`${provider}, ${says}`),
  })
  const seconds = ((performance.now() - began) / 1000).toFixed(0)
  const { faults, ...figures } = found
  console.log(`${provider}, seed ${options.seed}, ${seconds} s: ${JSON.stringify(figures)}`)
  console.log(`${faults.length} faults`)
  for (const fault of faults.slice(0, 20)) console.log(`  ${fault}`)
  process.exitCode = faults.length === 0 ? 0 : 1
} finally {
  await postgres.stop()
  await rm(folder, { recursive: true, force: true })
}
