import type Stripe from 'stripe'
import type { Connection, CustomerOrder } from '../../core/payments/gateway.ts'
import type { AccountCalls } from '../../core/payments/payment-gateway.ts'
import { askStripe, isMissing, STRIPE_VERSION, type StripeHost } from './client.ts'
import { stripeProblem } from './errors.ts'
import { idOf, readMethod } from './reading.ts'

/** The messages that are asked for: as many as one list of Stripe's events may name. */
export const STRIPE_EVENTS = [
  'setup_intent.succeeded',
  'payment_intent.processing',
  'payment_intent.requires_action',
  'payment_intent.succeeded',
  'payment_intent.payment_failed',
  'payment_intent.canceled',
  'payment_intent.partially_funded',
  'payment_method.detached',
  'payment_method.automatically_updated',
  'charge.refund.updated',
  'refund.updated',
  'refund.failed',
  'charge.dispute.created',
  'charge.dispute.closed',
  'customer.updated',
  'customer.deleted',
  'mandate.updated',
  'checkout.session.completed',
  'checkout.session.async_payment_failed',
  'checkout.session.expired',
] as const satisfies readonly Stripe.WebhookEndpointCreateParams.EnabledEvent[]

/** The account itself, its customers and their methods. */
export function stripeAccounts(host: StripeHost): AccountCalls {
  return {
    check: (connection) =>
      askStripe(host, connection, async (stripe) => {
        const account = await stripe.accounts.retrieveCurrent()
        return { accountId: account.id, warnings: [] }
      }),
    inbox: {
      register: (connection, url) =>
        askStripe(host, connection, (stripe) => registerInbox(stripe, connection, url)),
      remove: (connection) =>
        askStripe(host, connection, async (stripe) => {
          const id = connection.settings.webhook_id
          if (typeof id === 'string') await stripe.webhookEndpoints.del(id).catch(unlessMissing)
          return null
        }),
    },
    createCustomer: (connection, order) =>
      askStripe(host, connection, async (stripe) => {
        const { idempotencyKey } = order
        const metadata = { lago_customer_id: order.customerId, customer_id: order.externalId }
        try {
          const made = await stripe.customers.create({ ...customerOf(order), metadata }, { idempotencyKey })
          return { providerCustomerId: made.id }
        } catch (error) {
          // Made, perhaps, and not answered: Stripe repeats a failure for as long as it keeps the key.
          const known = stripeProblem(error, 1).kind === 'unknown' ? await findOurs(stripe, order) : undefined
          if (!known) throw error
          return { providerCustomerId: known.id }
        }
      }),
    updateCustomer: (connection, id, order) =>
      askStripe(host, connection, async (stripe) => {
        await stripe.customers.update(id, customerOf(order))
        return null
      }),
    findCustomer: (connection, id) =>
      askStripe(host, connection, async (stripe) => {
        const found = await stripe.customers.retrieve(id).catch(unlessMissing)
        return found !== null && found.deleted !== true
      }),
    listMethods: (connection, id) => askStripe(host, connection, (stripe) => listMethods(stripe, id)),
    readMethod: (connection, id) =>
      askStripe(host, connection, async (stripe) => {
        const found = await stripe.paymentMethods.retrieve(id).catch(unlessMissing)
        const owner = found && idOf(found.customer)
        return found && { method: readMethod(found), providerCustomerId: owner, isUsable: owner !== null }
      }),
    makeDefaultMethod: (connection, id, method) =>
      askStripe(host, connection, async (stripe) => {
        await stripe.customers.update(id, { invoice_settings: { default_payment_method: method } })
        return null
      }),
    detachMethod: (connection, id) =>
      askStripe(host, connection, async (stripe) => {
        await stripe.paymentMethods.detach(id).catch(unlessMissing)
        return null
      }),
  }
}

/** One endpoint for each URL: Stripe allows sixteen. Only a new one has a secret that can be read. */
async function registerInbox(stripe: Stripe, connection: Connection, url: string) {
  const events = [...STRIPE_EVENTS]
  const { data } = await stripe.webhookEndpoints.list({ limit: 100 })
  const known = data.find((each) => each.url === url)
  const hasSecret =
    connection.secrets.webhook_secret !== undefined && connection.settings.webhook_id === known?.id
  if (known && hasSecret) {
    await stripe.webhookEndpoints.update(known.id, { enabled_events: events, disabled: false })
    return { id: known.id, secret: null }
  }
  // An endpoint of which nobody has the secret any more is of no use.
  if (known) await stripe.webhookEndpoints.del(known.id)
  const made = await stripe.webhookEndpoints.create({
    url,
    enabled_events: events,
    api_version: STRIPE_VERSION,
    metadata: { lago_payment_provider_id: connection.id },
  })
  return { id: made.id, secret: made.secret ?? null }
}

/** The customer's default method first, then the newest. */
async function listMethods(stripe: Stripe, customerId: string) {
  const [customer, { data }] = await Promise.all([
    stripe.customers.retrieve(customerId),
    stripe.customers.listPaymentMethods(customerId, { limit: 100 }),
  ])
  const standard = customer.deleted ? null : idOf(customer.invoice_settings?.default_payment_method)
  const methods = data.map(readMethod)
  return [
    ...methods.filter(({ providerMethodId }) => providerMethodId === standard),
    ...methods.filter(({ providerMethodId }) => providerMethodId !== standard),
  ]
}

/** The customer that was made for ours, among the latest with its e-mail address. */
async function findOurs(
  stripe: Stripe,
  { email, customerId }: CustomerOrder,
): Promise<Stripe.Customer | undefined> {
  const { data } = await stripe.customers.list({ limit: 100, ...(email === null ? {} : { email }) })
  return data.find(({ metadata }) => metadata.lago_customer_id === customerId)
}

function customerOf({ email, name, phone, address }: CustomerOrder) {
  return {
    ...(email === null ? {} : { email }),
    ...(name === null ? {} : { name }),
    ...(phone === null ? {} : { phone }),
    address: Object.fromEntries(Object.entries(address).map(([key, value]) => [key, value ?? ''])),
  }
}

function unlessMissing(error: unknown): null {
  if (isMissing(error)) return null
  throw error
}
