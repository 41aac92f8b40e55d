import type { FakeGoCardless } from '../fakes/gocardless.ts'
import type { MandateKind } from '../fakes/gocardless-state.ts'
import { ok } from './billing-fixtures.ts'
import type { Client, Harness } from './harness.ts'
import { deliver, linkedTo, runJobs } from './stripe-fixtures.ts'

export const ACCESS_TOKEN = 'sandbox_weir00c3d'

/** A connection `dd` to the fake GoCardless, with the address of its messages pasted there; the connection. */
export async function connectGoCardless(client: Client, fake: FakeGoCardless, others: object = {}) {
  const payment_provider = {
    type: 'gocardless',
    code: 'dd',
    name: 'Direct debits',
    access_token: ACCESS_TOKEN,
    ...others,
  }
  const made = (await ok(client, 'POST', '/api/weir/v1/payment_providers', { payment_provider }))
    .payment_provider
  fake.state.endpoint = { url: made.webhook_url, secret: made.webhook_secret }
  return made
}

/** Delivers what the fake has told, and does what follows from it. */
export async function tell(harness: Harness, fake: FakeGoCardless): Promise<void> {
  await deliver(harness, fake)
  await runJobs(harness)
}

/** A customer at the fake GoCardless with a mandate of a kind, as messages tell it; the id of the mandate. */
export async function debitedCustomer(
  harness: Harness,
  fake: FakeGoCardless,
  client: Client,
  externalId: string,
  { kind = 'ok', scheme = 'sepa_core' }: { readonly kind?: MandateKind; readonly scheme?: string } = {},
): Promise<string> {
  const customer = await linkedCustomer(harness, client, externalId)
  const mandate = fake.state.addMandate(customer, kind, scheme)
  await tell(harness, fake)
  return mandate.id
}

/** A customer at the fake GoCardless without a mandate; the id there. */
export function linkedCustomer(
  harness: Harness,
  client: Client,
  externalId: string,
  others: object = {},
): Promise<string> {
  return linkedTo({ payment_provider: 'gocardless' }, harness, client, externalId, others)
}
