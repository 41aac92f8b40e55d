import type { EnsuredOrganization } from '../actions/organizations/ensure-organization.ts'
import { readConfig } from '../boot/config.ts'
import { openLog } from '../boot/log.ts'
import type { Role } from '../boot/role.ts'
import { settingsOf } from '../boot/settings.ts'
import { stopOnSignals } from '../boot/shutdown.ts'
import { StartProblem } from '../boot/start-problem.ts'
import { type RunningWeir, startWeir } from '../boot/weir.ts'

/** Printed, not logged: logs are stored and copied, and the key is shown only here. */
function tellOrganization(organization: EnsuredOrganization, address: string): void {
  if (!organization.isNew) return
  const lines = [
    '',
    `  The organization "${organization.name}" was created. Open ${address}`,
    ...(organization.freshApiKey === null
      ? []
      : [`  Its API key, shown only once: ${organization.freshApiKey}`]),
    '',
  ]
  process.stdout.write(`${lines.join('\n')}\n`)
}

/** Printed like the key: whoever has the link becomes the owner. */
function tellOwnerLink(url: string): void {
  process.stdout.write(`\n  Nobody can sign in yet. To choose your password, open ${url}\n\n`)
}

/**
 * `weir start`: runs until SIGTERM or SIGINT, which may arrive during startup. Throws `ConfigProblem` and
 * `StartProblem`; any other startup failure exits with code 1.
 */
export async function start(role: Role): Promise<void> {
  const config = readConfig()
  // Files written by this process are private to its user, regardless of the shell's umask.
  process.umask(0o077)
  const log = await openLog({ level: config.logLevel, isTerminal: process.stdout.isTTY === true })
  let settle: (running: RunningWeir | null) => void = () => {}
  const started = new Promise<RunningWeir | null>((resolve) => {
    settle = resolve
  })
  const stop = async () => {
    await (await started)?.stop()
    log.info('stopped')
    log.flush()
  }
  const { requestStop } = stopOnSignals(stop, log)
  const began = performance.now()
  try {
    const running = await startWeir({
      config,
      log,
      role,
      onOrganization: (organization) => tellOrganization(organization, settingsOf(config, []).frontUrl),
      onOwnerLink: tellOwnerLink,
      onLost: (reason) => {
        log.fatal({ err: reason }, 'PostgreSQL is lost')
        requestStop()
      },
    })
    log.info({ address: running.address, role, ms: Math.round(performance.now() - began) }, 'Weir is ready')
    settle(running)
  } catch (error) {
    settle(null)
    if (error instanceof StartProblem) {
      log.flush()
      throw error
    }
    // Exit here: rethrown, it would reach the handler for uncaught errors, which ignores lost connections.
    log.fatal({ err: error }, 'startup failed')
    log.flush()
    process.exit(1)
  }
}
