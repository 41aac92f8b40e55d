// One server process of a simulation: it loads everything and waits for the command to start.
import { BroadcastChannel } from 'node:worker_threads'
import { readConfig } from '../../src/boot/config.ts'
import { openLog } from '../../src/boot/log.ts'
import { startWeir } from '../../src/boot/weir.ts'
import '../../src/boot/server.ts'
import { CHANNEL, JITTER, type KillOrder } from './hook-names.ts'

type StartOrder = {
  readonly kind: 'start'
  readonly env: Readonly<Record<string, string>>
  /** Delays work at random; null for no delays. */
  readonly jitterSeed: number | null
}

/** Commands from the parent. */
export type Order = StartOrder | KillOrder

/** Messages to the parent. */
export type Notice = { readonly kind: 'loaded' } | { readonly kind: 'started'; readonly address: string }

const channel = new BroadcastChannel(CHANNEL)
channel.unref()

function tell(notice: Notice): void {
  process.send?.(notice)
}

async function start({ env, jitterSeed }: StartOrder): Promise<void> {
  if (jitterSeed !== null) process.env[JITTER] = String(jitterSeed)
  const log = await openLog({ level: 'error', isTerminal: false })
  const running = await startWeir({
    config: readConfig(env),
    log,
    role: 'all',
    onOrganization: () => undefined,
    onOwnerLink: () => undefined,
    onLost: () => process.exit(1),
  })
  tell({ kind: 'started', address: running.address })
}

process.on('disconnect', () => process.exit(0))
process.on('message', (order: Order) => {
  if (order.kind === 'kill') {
    channel.postMessage(order)
    return
  }
  start(order).catch((error: unknown) => {
    console.error(error)
    process.exit(1)
  })
})
tell({ kind: 'loaded' })
