import type { Book, Fault } from './book.ts'
import { validateStartingUnits } from './expected-fixed.ts'
import { drawLife } from './life.ts'
import { play } from './play.ts'
import type { SimulatedServer } from './server.ts'
import { validateAdvanceFees, validateBills } from './validators/bills.ts'
import { validateCoupons } from './validators/coupons.ts'
import { validateLedgers } from './validators/ledgers.ts'
import { validateLog } from './validators/log.ts'
import { validateMoney } from './validators/money.ts'
import { validateNumbers } from './validators/numbers.ts'
import { comparePlays } from './validators/plays.ts'
import { validatePreviews } from './validators/previews.ts'
import { validateProgressive } from './validators/progressive.ts'

/** The invariants after every play. */
const VALIDATORS: readonly ((book: Book) => Fault[])[] = [
  validateLog,
  validateMoney,
  validateNumbers,
  validateBills,
  validateStartingUnits,
  validateAdvanceFees,
  validateProgressive,
  validateCoupons,
  validateLedgers,
  validatePreviews,
]

/** How long a life is, and how often the server is to die in its rough play, on average. */
export type Size = { readonly years: number; readonly deaths: number }

export type Servers = { readonly calm: SimulatedServer; readonly rough: SimulatedServer }

/** Two plays of a seed and what was wrong with them. */
export type Lived = {
  readonly seed: number
  readonly calm: Book
  readonly rough: Book
  readonly faults: readonly Fault[]
}

/**
 * Plays the life of a seed twice: calmly, waiting for the workers after each event, and roughly, without waiting,
 * with random delays and a server killed between statements. Validates both and compares them.
 */
export async function live(seed: number, servers: Servers, { years, deaths }: Size): Promise<Lived> {
  const life = drawLife(seed, years)
  const [calm, rough] = await Promise.all([
    play(servers.calm, life, { isCalm: true, killRate: 0, killSeed: seed }),
    play(servers.rough, life, { isCalm: false, killRate: deaths / life.steps.length, killSeed: seed }),
  ])
  const own = (name: string, book: Book) =>
    VALIDATORS.flatMap((validate) => validate(book)).map((fault) => ({
      ...fault,
      where: `${name}: ${fault.where}`,
    }))
  const faults = [...own('calm', calm), ...own('rough', rough), ...comparePlays(calm, rough)]
  return { seed, calm, rough, faults }
}
