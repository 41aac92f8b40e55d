import pino from 'pino'
import { ensureEventPartitions } from '../src/actions/events/make-partitions.ts'
import { createOrganization } from '../src/actions/organizations/create-organization.ts'
import { refreshUsageTracker } from '../src/actions/usage/refresh-usage-tracker.ts'
import { buildApp } from '../src/api/app.ts'
import { createContext } from '../src/boot/context.ts'
import { migrateAll } from '../src/boot/migrate-all.ts'
import { openDatabase } from '../src/store/database.ts'
import { newId } from '../src/store/ids.ts'
import { findOrganization } from '../src/store/organizations.ts'
import { inTransaction } from '../src/store/transaction.ts'
import { ts } from '../src/store/values.ts'

/** The server of the ingest benchmark in a process of its own: node bench/ingest-server.ts DATABASE_URL PORT. */
const [url = '', port = '0'] = process.argv.slice(2)
await migrateAll(url)
const database = openDatabase({ url, poolMax: 10 })
const context = createContext({
  database,
  log: pino({ level: 'error' }),
  settings: {
    apiUrl: 'http://localhost',
    frontUrl: 'http://localhost',
    adminApiKey: null,
    eventsBatchMax: 100,
    allowPrivateWebhooks: false,
    webhookTimeoutMs: 1000,
    writer: 0,
    rsaPrivateKey: null,
  },
})
await ensureEventPartitions(database, context.systemNow())
const made = await createOrganization(context, { name: 'Bench', email: null, isSandbox: false })
const organizationId = made.organization.id
const organization = await findOrganization(database, organizationId)
if (!organization) throw new Error('no organization')
const now = context.systemNow()
await inTransaction(database, organizationId, async (tx) => {
  const stamps = { createdAt: ts(now), updatedAt: ts(now) }
  const metric = { organizationId, id: newId(), code: 'tokens', name: 'Tokens', fieldName: 'tokens' }
  await tx
    .insertInto('billableMetrics')
    .values({ ...metric, aggregationType: 'sum_agg', ...stamps })
    .execute()
  await refreshUsageTracker(tx, { organizationId, organization, now, apiKeyId: null }, metric.id)
})
const app = buildApp(context)
await app.listen({ port: Number(port), host: '127.0.0.1' })
process.on('message', (message) => {
  if (message === 'stop') process.exit(0)
  process.send?.(process.cpuUsage())
})
process.send?.({ apiKey: made.apiKey })
