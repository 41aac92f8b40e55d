import type { Instant } from '../core/calendar/instant.ts'
import type { Database } from './database.ts'
import { ts } from './values.ts'

/** The PEM of the private key that the installation signs webhooks with; undefined until one was kept. */
export async function findWebhookPrivateKey(database: Database): Promise<string | undefined> {
  const row = await database.system.selectFrom('installation').select('webhookPrivateKey').executeTakeFirst()
  return row?.webhookPrivateKey
}

/** Keeps a key unless there is one, and gives the one that counts: of two processes, the first one's. */
export async function keepWebhookPrivateKey(database: Database, pem: string, now: Instant): Promise<string> {
  await database.system
    .insertInto('installation')
    .values({ webhookPrivateKey: pem, createdAt: ts(now) })
    .onConflict((oc) => oc.column('singleton').doNothing())
    .execute()
  const kept = await findWebhookPrivateKey(database)
  if (kept === undefined) throw new Error('the key that signs webhooks was not kept')
  return kept
}
