// One server process of a simulation: it loads everything, waits for its order, and can be told to kill itself
// between two statements. Only this process of the tests has such a hook; the product has none.
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { readConfig } from '../../src/boot/config.ts'
import { openLog } from '../../src/boot/log.ts'
import { startWeir } from '../../src/boot/weir.ts'
import '../../src/boot/server.ts'
import { chanceOf } from './chance.ts'

/** What the parent may ask for. */
export type Order =
  | {
      readonly kind: 'start'
      readonly env: Readonly<Record<string, string>>
      readonly jitterSeed: number | null
    }
  /** Die at the n-th statement from now: before it is sent, or as soon as it is sent and not yet answered. */
  | { readonly kind: 'kill'; readonly statements: number; readonly isSent: boolean }

/** What the parent is told. */
export type Notice = { readonly kind: 'loaded' } | { readonly kind: 'started'; readonly address: string }

const JITTER_MAX_MS = 25

type Query = (this: object, ...args: unknown[]) => unknown

let statementsLeft = Number.POSITIVE_INFINITY
let isSent = false

function die(): void {
  process.kill(process.pid, 'SIGKILL')
}

function countStatements(): void {
  const prototype = pg.Client.prototype as unknown as { query: Query }
  const query = prototype.query
  prototype.query = function (...args) {
    statementsLeft -= 1
    if (statementsLeft === 0 && !isSent) die()
    const answer = query.apply(this, args)
    // The statement leaves this process at the end of the turn at the latest.
    if (statementsLeft === 0) setImmediate(die)
    return answer
  }
}

/** Lets whoever needs a connection wait for a random moment, so that workers and requests meet in other orders. */
function addJitter(seed: number): void {
  const chance = chanceOf(seed)
  const prototype = pg.Pool.prototype as unknown as { connect: Query }
  const connect = prototype.connect
  prototype.connect = function (...args) {
    if (args.length > 0) return connect.apply(this, args)
    return sleep(chance.often(0.3) ? chance.next() * JITTER_MAX_MS : 0).then(() => connect.apply(this, []))
  }
}

function tell(notice: Notice): void {
  process.send?.(notice)
}

async function start(order: Extract<Order, { kind: 'start' }>): Promise<void> {
  if (order.jitterSeed !== null) addJitter(order.jitterSeed)
  const log = await openLog({ level: 'error', isTerminal: false })
  const running = await startWeir({
    config: readConfig(order.env),
    log,
    role: 'all',
    onOrganization: () => undefined,
    onLost: () => process.exit(1),
  })
  tell({ kind: 'started', address: running.address })
}

countStatements()
process.on('disconnect', () => process.exit(0))
process.on('message', (order: Order) => {
  if (order.kind === 'kill') {
    statementsLeft = order.statements
    isSent = order.isSent
    return
  }
  start(order).catch((error: unknown) => {
    console.error(error)
    process.exit(1)
  })
})
tell({ kind: 'loaded' })
