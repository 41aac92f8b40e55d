import { describe, expect, it } from 'vitest'
import { freshDatabase } from '../support/database.ts'
import { playStoredPayments } from './stored-payments.ts'

/** More of them with `npm run payments -- --provider …`. */
const RUNS = [
  ['stripe', 40],
  ['gocardless', 20],
  ['adyen', 20],
] as const

describe.each(RUNS)(
  'payments through a %s that loses requests, answers and messages',
  (provider, invoices) => {
    it('payment case 58: are none doubled and none lost, although the process is killed', {
      timeout: 600_000,
    }, async () => {
      const database = await freshDatabase()
      const found = await playStoredPayments({
        provider,
        databaseUrl: database.url,
        invoices,
        processes: 1,
        kills: 1,
        seed: 20_261_129,
      })
      await database.drop()
      expect(found.faults).toEqual([])
      expect(found.payments).toBeGreaterThan(invoices / 2)
      expect(found.captures).toBeGreaterThan(invoices / 3)
    })
  },
)
