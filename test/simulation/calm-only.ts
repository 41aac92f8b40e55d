import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { startEmbeddedPostgres } from '../../src/boot/embedded-postgres.ts'
import { openLog } from '../../src/boot/log.ts'
import { migrateAll } from '../../src/boot/migrate-all.ts'
import { drawLife } from './life.ts'
import { play } from './play.ts'
import { SimulatedServer } from './server.ts'
import { validateAdvanceFees, validateBills } from './validators/bills.ts'
import { validateLog } from './validators/log.ts'
import { validateMoney } from './validators/money.ts'
import { validateNumbers } from './validators/numbers.ts'

const folder = await mkdtemp('/tmp/weir-simulation-')
const log = await openLog({ level: 'error', isTerminal: false })
const postgres = await startEmbeddedPostgres({ dataDir: join(folder, 'data'), log })
await migrateAll(postgres.url)
const server = await SimulatedServer.start(postgres.url)
const [first, count, years] = process.argv.slice(2).map(Number)
const seeds = Array.from({ length: count ?? 1 }, (_, k) => (first ?? 1) + k)
await Promise.all(
  [0, 1].map(async () => {
    for (let seed = seeds.shift(); seed !== undefined; seed = seeds.shift()) {
      const t = performance.now()
      try {
        const book = await play(server, drawLife(seed, years ?? 1), {
          isCalm: false,
          killRate: 0,
          killSeed: 1,
        })
        const faults = [
          validateLog,
          validateMoney,
          validateNumbers,
          validateBills,
          validateAdvanceFees,
        ].flatMap((v) => v(book))
        console.log(
          faults.length === 0 ? 'ok' : 'FAULTY',
          seed,
          book.events.length,
          book.invoices.length,
          Math.round((performance.now() - t) / 1000),
        )
        for (const f of faults.slice(0, 6)) console.log('   ', f.validator, f.where, f.says)
      } catch (e) {
        console.log('BROKEN', seed, String((e as Error).stack).slice(0, 1500))
      }
    }
  }),
)
await server.stop()
await postgres.stop()
await rm(folder, { recursive: true, force: true })
