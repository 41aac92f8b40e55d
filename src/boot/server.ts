import { fileURLToPath } from 'node:url'
import Fastify, { type FastifyBaseLogger, type FastifyInstance } from 'fastify'
import type { Context } from '../actions/context.ts'
import { ensureOrganization } from '../actions/organizations/ensure-organization.ts'
import { createOwnerLink } from '../actions/users/owner-link.ts'
import { buildApp } from '../api/app.ts'
import { timeoutsOf } from '../api/limits.ts'
import { type Background, startBackground } from './background.ts'
import type { Config } from './config.ts'
import { checkConnections } from './connections.ts'
import { createContext } from './context.ts'
import { DocumentThreads } from './document-threads.ts'
import { checkEncryptionKeys, findEncryptionKeys } from './encryption-keys.ts'
import type { Endings } from './endings.ts'
import type { DatabasePlace } from './find-database.ts'
import { measureLag } from './lag-metrics.ts'
import { watchLoop } from './loop-meter.ts'
import { createMailer } from './mailer.ts'
import { createMetrics, jobCounts, measureCallLog, measureRequests } from './metrics.ts'
import { openPools, prepareDatabase } from './open-database.ts'
import { answerProbes } from './probes.ts'
import { Reader } from './reader.ts'
import { countRequest, requestCounter } from './request-meter.ts'
import type { Role } from './role.ts'
import { localAddress, settingsOf } from './settings.ts'
import { StartProblem } from './start-problem.ts'
import { goOnFromLatestTime } from './system-time.ts'
import type { WeirOptions } from './weir-options.ts'

/** Where `npm run build` puts the dashboard, seen from the source and from the build. */
const WEB_FOLDER = fileURLToPath(new URL('../../dist/web', import.meta.url))

/** What documents take the making of bills for, which is not done by this thread. */
const LOAD_OF_BILLS = 0.3

function servesApi(role: Role): boolean {
  return role === 'all' || role === 'api'
}

/** Roles without the API still serve the probes, so that they can be monitored. */
function buildServer(role: Role, context: Context, { limits }: Config, reader: Reader): FastifyInstance {
  if (servesApi(role)) return buildApp(context, limits, reader, WEB_FOLDER)
  return Fastify({
    loggerInstance: context.log as unknown as FastifyBaseLogger,
    forceCloseConnections: 'idle',
    ...timeoutsOf(limits),
  })
}

async function listen(app: FastifyInstance, config: Config): Promise<string> {
  try {
    await app.listen({ port: config.port, host: config.host })
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const where = `${config.host}:${config.port}`
    if (code === 'EADDRINUSE') {
      throw new StartProblem(`Another program is listening on ${where}: stop it, or set PORT.`)
    }
    if (code === 'EACCES' || code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
      throw new StartProblem(`Weir cannot listen on ${where} (HOST, PORT): ${message}.`)
    }
    throw error
  }
  const bound = app.server.address()
  return localAddress(config.host, typeof bound === 'object' && bound !== null ? bound.port : config.port)
}

/**
 * Starts the server on an existing database: migrations, first organization, HTTP, jobs and clock, depending on the
 * role. Adds the shutdown of each part to `endings`; returns the address. Throws `StartProblem`.
 */
export async function serve(place: DatabasePlace, options: WeirOptions, endings: Endings): Promise<string> {
  const { config, log, role } = options
  await checkConnections(place.url, config, role)
  const database = openPools(place.url, config, log)
  endings.add('database connections', 700, () => database.close())
  let dueWork = 0
  const loopLoad = watchLoop()
  const loadOf = () => Math.max(loopLoad(), dueWork > 0 ? LOAD_OF_BILLS : 0)
  const documents = new DocumentThreads(log, loadOf, config.documentWorkers)
  endings.add('documents', 2500, () => documents.stop())
  const registry = createMetrics(database)
  const mail = createMailer(config.mail)
  endings.add('mails', 500, async () => mail.close())
  const context = createContext({
    database,
    log,
    settings: settingsOf(config, await findEncryptionKeys(config)),
    renderDocument: documents.render,
    counts: jobCounts(registry),
    mail,
  })
  await prepareDatabase(place.url, log, async () => {
    await checkEncryptionKeys(context)
    await goOnFromLatestTime(database, log)
    const organization = await ensureOrganization(context, config.firstOrganization)
    if (organization !== null) options.onOrganization(organization)
    const ownerLink = servesApi(role) ? await createOwnerLink(context) : null
    if (ownerLink !== null) options.onOwnerLink(ownerLink)
  })
  const readerLog = { level: config.logLevel, isTerminal: process.stdout.isTTY === true }
  const reader = new Reader({ databaseUrl: place.url, settings: context.settings, log: readerLog }, log)
  endings.add('long reads', 2500, () => reader.stop())
  const app = buildServer(role, context, config, reader)
  let isStopping = false
  measureRequests(app, registry)
  const requests = requestCounter()
  app.addHook('onRequest', async () => countRequest(requests))
  measureLag(context, registry)
  if (servesApi(role)) measureCallLog(app, registry)
  answerProbes(app, { database, registry, isStopping: () => isStopping })
  const address = await listen(app, config)
  let background: Background | null = null
  // Started last, shut down first: requests in progress finish while no new job starts.
  endings.add('requests and jobs', 5000, async () => {
    isStopping = true
    await Promise.all([app.close(), background?.stop()])
  })
  background = await startBackground({
    ...{ context, config, role, url: place.url, log, registry, requests },
    onDueWork: (organizations) => {
      dueWork = organizations
    },
  })
  return address
}
