import type { Instant } from '../core/calendar/instant.ts'
import type { Database } from './database.ts'
import { ts } from './values.ts'

/** The PEM of the installation's private key for webhooks; undefined until one is stored. */
export async function findWebhookPrivateKey(database: Database): Promise<string | undefined> {
  const row = await database.system.selectFrom('installation').select('webhookPrivateKey').executeTakeFirst()
  return row?.webhookPrivateKey
}

/** Stores a key unless there is one, and returns the stored one: if two processes race, the first one's. */
export async function keepWebhookPrivateKey(database: Database, pem: string, now: Instant): Promise<string> {
  await database.system
    .insertInto('installation')
    .values({ webhookPrivateKey: pem, createdAt: ts(now) })
    .onConflict((oc) => oc.column('singleton').doNothing())
    .execute()
  const kept = await findWebhookPrivateKey(database)
  if (kept === undefined) throw new Error('the webhook signing key was not stored')
  return kept
}
