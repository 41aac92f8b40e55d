import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { migrateAll } from '../../src/boot/migrate-all.ts'
import { type FreshDatabase, freshDatabase } from '../support/database.ts'
import { unfitBills } from '../support/e-invoices-of-database.ts'
import { live, type Servers } from './live.ts'
import { SimulatedServer } from './server.ts'

// A few short lives; `npm run simulate` plays more and longer ones overnight.
const SEEDS = [2, 53]
const SIZE = { years: 0.3, deaths: 2 }
/** A busy machine is many times slower; on an idle one a life takes about 15 seconds. */
const PATIENCE_MS = 600_000

let database: FreshDatabase
let servers: Servers

beforeAll(async () => {
  database = await freshDatabase()
  await migrateAll(database.url)
  const [calm, rough] = await Promise.all([
    SimulatedServer.start(database.url),
    SimulatedServer.start(database.url, 1),
  ])
  servers = { calm, rough }
})

afterAll(async () => {
  await Promise.all([servers?.calm.stop(), servers?.rough.stop()])
  await database?.drop()
})

describe('simulated lives', () => {
  it.each(SEEDS)(
    'hold whatever the workers do and whenever the server dies: seed %i',
    async (seed) => {
      const { calm, faults } = await live(seed, servers, SIZE)
      expect(calm.invoices.length).toBeGreaterThan(5)
      expect(calm.events.length).toBeGreaterThan(20)
      expect(faults).toEqual([])
    },
    PATIENCE_MS,
  )

  it('could issue every bill as an e-invoice', async () => {
    const { count, unfit } = await unfitBills(database.url)
    expect(count).toBeGreaterThan(20)
    expect(unfit).toEqual([])
  })

  it('met deaths', () => {
    expect(servers.rough.deaths).toBeGreaterThan(0)
  })
})
