import { Endings } from './endings.ts'
import { findDatabase } from './find-database.ts'
import type { WeirOptions } from './weir-options.ts'

export type RunningWeir = {
  /** Its URL, e.g. `http://localhost:3000`. */
  readonly address: string
  /** Finishes work in progress and shuts everything down, including PostgreSQL, in less than 10 s. */
  readonly stop: () => Promise<void>
}

/**
 * Starts one Weir process: the database (embedded or external), then the server. Throws `StartProblem` for problems
 * the operator can fix, leaving nothing running.
 */
export async function startWeir(options: WeirOptions): Promise<RunningWeir> {
  const { config, log, onLost } = options
  const endings = new Endings()
  const finding = findDatabase({ config, log, onLost })
  // PostgreSQL starts in its own processes; loading the server's code meanwhile saves most of a second.
  const [found, loaded] = await Promise.allSettled([finding, import('./server.ts')])
  if (found.status === 'rejected') throw found.reason
  const place = found.value
  endings.add('PostgreSQL', 3000, () => place.stop(1200))
  try {
    if (loaded.status === 'rejected') throw loaded.reason
    const address = await loaded.value.serve(place, options, endings)
    return { address, stop: () => endings.run(log) }
  } catch (error) {
    await endings.run(log)
    throw error
  }
}
