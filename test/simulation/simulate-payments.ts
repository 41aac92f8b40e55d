import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startEmbeddedPostgres } from '../../src/boot/embedded-postgres.ts'
import { openLog } from '../../src/boot/log.ts'
import { PLAYED_PROVIDERS } from './played-providers.ts'
import { playStoredPayments } from './stored-payments.ts'

// npm run payments -- --invoices N [--provider stripe|gocardless|adyen] [--seed S] [--kills K]: charges invoices through a
// chaotic provider, with the process killed now and then, and prints what does not add up. The nightly run has 100,000, with
// a kill every 5,000.
const { values: options } = parseArgs({
  options: {
    provider: { type: 'string', default: 'stripe' },
    invoices: { type: 'string', default: '1000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    kills: { type: 'string' },
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

const folder = await mkdtemp('/tmp/weir-payments-')
const log = await openLog({ level: 'error', isTerminal: false })
const postgres = await startEmbeddedPostgres({ dataDir: join(folder, 'data'), log })
const began = performance.now()
try {
  const found = await playStoredPayments({
    provider,
    databaseUrl: postgres.url,
    invoices: Number(options.invoices),
    kills: Number(options.kills ?? Math.max(4, Math.floor(Number(options.invoices) / 5000))),
    seed: Number(options.seed),
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
