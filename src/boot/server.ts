import Fastify, { type FastifyBaseLogger, type FastifyInstance } from 'fastify'
import type { Context, Settings } from '../actions/context.ts'
import { type EnsuredOrganization, ensureOrganization } from '../actions/organizations/ensure-organization.ts'
import { buildApp } from '../api/app.ts'
import { type Background, startBackground } from './background.ts'
import type { Config } from './config.ts'
import { createContext } from './context.ts'
import { measureLag } from './lag-metrics.ts'
import type { Log } from './log.ts'
import { createMetrics, measureRequests } from './metrics.ts'
import { type DatabasePlace, findDatabase, openPools, prepareDatabase } from './open-database.ts'
import { answerProbes } from './probes.ts'
import type { Role } from './role.ts'
import { type Ending, endInOrder } from './shutdown.ts'
import { StartProblem } from './start-problem.ts'

export type RunningWeir = {
  /** Where it answers, e.g. `http://localhost:3000`. */
  readonly address: string
  /** Finishes what is in flight and ends everything, PostgreSQL included, in less than 10 s. */
  readonly stop: () => Promise<void>
}

export type WeirOptions = {
  readonly config: Config
  readonly log: Log
  readonly role: Role
  /** Called as soon as an organization was found or made: its key exists nowhere else. */
  readonly onOrganization: (organization: EnsuredOrganization) => void
  /** Called when the process can not go on. */
  readonly onLost: (reason: Error) => void
}

/** The address for people and links while none is configured. */
export function localAddress(host: string, port: number): string {
  const isAny = ['0.0.0.0', '::', '127.0.0.1', '::1', 'localhost'].includes(host)
  const name = isAny ? 'localhost' : host.includes(':') ? `[${host}]` : host
  return `http://${name}:${port}`
}

/** The settings of the actions, from the configuration. */
export function settingsOf(config: Config): Settings {
  const apiUrl = config.apiUrl ?? localAddress(config.host, config.port)
  return {
    apiUrl,
    frontUrl: config.frontUrl ?? apiUrl,
    adminApiKey: config.adminApiKey,
    eventsBatchMax: config.eventsBatchMax,
    allowPrivateWebhooks: config.allowPrivateWebhooks,
    webhookTimeoutMs: config.webhookTimeoutMs,
    rsaPrivateKey: config.rsaPrivateKey,
    // Alone on an embedded database; beside others on a shared one, where a few numbers keep them apart.
    writer: config.databaseUrl === null ? 0 : process.pid % 16,
  }
}

/** Roles without the API still answer the probes, so that whoever runs them can watch them. */
function buildServer(role: Role, context: Context): FastifyInstance {
  if (role === 'all' || role === 'api') return buildApp(context)
  return Fastify({
    loggerInstance: context.log as unknown as FastifyBaseLogger,
    forceCloseConnections: 'idle',
  })
}

async function listen(app: FastifyInstance, config: Config): Promise<string> {
  try {
    await app.listen({ port: config.port, host: config.host })
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const where = `${config.host}:${config.port}`
    if (code === 'EADDRINUSE') {
      throw new StartProblem(`Another program listens on ${where}: stop it, or set PORT.`)
    }
    if (code === 'EACCES' || code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
      throw new StartProblem(`Weir may not or can not listen on ${where} (HOST, PORT): ${message}.`)
    }
    throw error
  }
  const bound = app.server.address()
  return localAddress(config.host, typeof bound === 'object' && bound !== null ? bound.port : config.port)
}

/** Ends what a start has begun so far, last begun first. */
class Endings {
  private readonly list: Ending[] = []
  private ending: Promise<void> | null = null

  add(name: string, limitMs: number, end: Ending['end']): void {
    this.list.unshift({ name, limitMs, end })
  }

  run(log: Log): Promise<void> {
    this.ending ??= endInOrder(this.list, log)
    return this.ending
  }
}

async function startOn(place: DatabasePlace, options: WeirOptions, endings: Endings): Promise<RunningWeir> {
  const { config, log, role } = options
  const database = openPools(place.url, config, log)
  endings.add('database connections', 1000, () => database.close())
  const context = createContext({ database, log, settings: settingsOf(config) })
  await prepareDatabase(place.url, log, async () => {
    const organization = await ensureOrganization(context, config.firstOrganization)
    if (organization !== null) options.onOrganization(organization)
  })
  const registry = createMetrics(database)
  const app = buildServer(role, context)
  let isStopping = false
  measureRequests(app, registry)
  measureLag(context, registry)
  answerProbes(app, { database, registry, isStopping: () => isStopping })
  const address = await listen(app, config)
  let background: Background | null = null
  // Begun last, ended first: requests in flight finish while no new job starts.
  endings.add('requests and jobs', 5500, async () => {
    isStopping = true
    await Promise.all([app.close(), background?.stop()])
  })
  background = await startBackground({ context, config, role, url: place.url, log, registry })
  return { address, stop: () => endings.run(log) }
}

/**
 * Starts one process of Weir: database (embedded or external), migrations, first organization, HTTP, jobs and
 * clock, as the role says. Throws `StartProblem` for what the operator can mend; nothing is left running then.
 */
export async function startWeir(options: WeirOptions): Promise<RunningWeir> {
  const endings = new Endings()
  const place = await findDatabase({ config: options.config, log: options.log, onLost: options.onLost })
  endings.add('PostgreSQL', 3000, () => place.stop(1200))
  try {
    return await startOn(place, options, endings)
  } catch (error) {
    await endings.run(options.log)
    throw error
  }
}
