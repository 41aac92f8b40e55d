import type { FakeAdyen } from '../fakes/adyen.ts'
import type { CardKind, FakeCard } from '../fakes/adyen-state.ts'
import { ok } from './billing-fixtures.ts'
import type { Client, Harness } from './harness.ts'
import { deliver, linkedTo, runJobs } from './stripe-fixtures.ts'

export const API_KEY = 'AQEweir00a9f'
export const HMAC_KEY = '0123456789ABCDEF'.repeat(4)
export const TOKEN_HMAC_KEY = 'FEDCBA9876543210'.repeat(4)

/** A connection `cards` to the fake Adyen, with the address of its messages pasted there; the connection. */
export async function connectAdyen(client: Client, fake: FakeAdyen, others: object = {}) {
  const payment_provider = {
    type: 'adyen',
    code: 'cards',
    name: 'Adyen cards',
    api_key: API_KEY,
    merchant_account: fake.state.merchantAccount,
    hmac_key: HMAC_KEY,
    token_hmac_key: TOKEN_HMAC_KEY,
    ...others,
  }
  const made = (await ok(client, 'POST', '/api/weir/v1/payment_providers', { payment_provider }))
    .payment_provider
  fake.state.endpoint = { url: made.webhook_url, hmacKey: HMAC_KEY, tokenHmacKey: TOKEN_HMAC_KEY }
  return made
}

/** Delivers what the fake has told, and does what follows from it; the statuses of the answers. */
export async function tell(harness: Harness, fake: FakeAdyen): Promise<number[]> {
  const statuses = await deliver(harness, fake)
  await runJobs(harness)
  return statuses
}

/** A customer who pays through Adyen, without a card; the name by which Adyen knows it. */
export function shopper(
  harness: Harness,
  client: Client,
  externalId: string,
  others: object = {},
): Promise<string> {
  return linkedTo({ payment_provider: 'adyen' }, harness, client, externalId, others)
}

/** The same with a card of a kind, as messages tell it. */
export async function cardHolder(
  harness: Harness,
  fake: FakeAdyen,
  client: Client,
  externalId: string,
  kind: CardKind = 'ok',
): Promise<FakeCard> {
  const card = fake.state.addCard(await shopper(harness, client, externalId), kind)
  await tell(harness, fake)
  return card
}
