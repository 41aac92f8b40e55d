import { createHash } from 'node:crypto'
import type { Connection, CustomerOrder, GatewayAnswer, SetupOrder } from '../../core/payments/gateway.ts'
import type { AccountCalls, PaymentGateway } from '../../core/payments/payment-gateway.ts'
import { ANSWER_TIMEOUT_MS, partOf, plainAnswer, textOf } from '../plain-calls.ts'
import { callMoneyHash, type MoneyHashHost } from './client.ts'
import { openIntent } from './pages.ts'

/** What is asked for on the page on which a customer leaves a card. */
const SETUP_AMOUNT = '5.0'

/** The account itself, its customers and the pages on which they leave a card; its cards are told by messages only. */
export function moneyhashAccounts(host: MoneyHashHost): AccountCalls & Pick<PaymentGateway, 'openSetupPage'> {
  return {
    // The key that signs messages is the organization's, however many API keys open it.
    check: async (connection) => {
      const key = await signatureKey(host, connection)
      if (!key.ok) return key
      const accountId = createHash('sha256').update(key.value).digest('hex').slice(0, 16)
      return { ok: true, value: { accountId, warnings: [] } }
    },
    inbox: {
      // Every order names the address, so that it is its own registration.
      register: async (connection, url) => {
        const key = await signatureKey(host, connection)
        return key.ok ? { ok: true, value: { id: url, secret: key.value } } : key
      },
      remove: async () => ({ ok: true, value: null }),
    },
    createCustomer: async (connection, order) => {
      const body = customerOf(order)
      const request = {
        method: 'POST',
        path: '/v1.1/customers/',
        body,
        timeoutMs: ANSWER_TIMEOUT_MS,
      } as const
      return plainAnswer(await callMoneyHash(host, connection, request), (answer) => {
        const id = textOf(partOf(answer, 'data').id)
        return id === null ? undefined : { providerCustomerId: id }
      })
    },
    updateCustomer: null,
    findCustomer: async () => ({ ok: true, value: true }),
    listMethods: async () => ({ ok: true, value: [] }),
    readMethod: async () => ({ ok: true, value: null }),
    makeDefaultMethod: null,
    detachMethod: null,
    openSetupPage: async (connection, order) => {
      const made = await openIntent(host, connection, setupOf(connection, order), 'generate_checkout_url')
      return made.ok ? { ok: true, value: { ...made.value, expiresAt: null } } : made
    },
  }
}

async function signatureKey(host: MoneyHashHost, connection: Connection): Promise<GatewayAnswer<string>> {
  const path = '/v1/organizations/get-webhook-signature-key/'
  const request = { method: 'GET', path, timeoutMs: ANSWER_TIMEOUT_MS } as const
  return plainAnswer(
    await callMoneyHash(host, connection, request),
    (answer) => textOf(partOf(answer, 'data').webhook_signature_secret) ?? undefined,
  )
}

function customerOf({
  customerId,
  externalId,
  email,
  companyName,
  person,
  phone,
  taxId,
  address,
}: CustomerOrder) {
  const lines = [
    address.line1,
    address.line2,
    address.postal_code,
    address.city,
    address.state,
    address.country,
  ]
  const fields = {
    type: companyName === null ? 'INDIVIDUAL' : 'BUSINESS',
    first_name: person?.firstName,
    last_name: person?.lastName,
    email,
    phone_number: phone,
    tax_id: taxId,
    address: lines.filter((line) => line).join(', '),
    contact_person_name: companyName === null || !person ? null : `${person.firstName} ${person.lastName}`,
    company_name: companyName,
  }
  return {
    ...Object.fromEntries(Object.entries(fields).filter(([, value]) => value)),
    custom_fields: { lago_customer_id: customerId, lago_external_customer_id: externalId },
  }
}

/** Paying this keeps the card, with an agreement that later charges are made under. */
function setupOf({ settings }: Connection, order: SetupOrder): object {
  return {
    amount: SETUP_AMOUNT,
    amount_currency: order.currency,
    flow_id: settings.flow_id,
    customer: order.providerCustomerId,
    tokenize_card: true,
    payment_type: 'UNSCHEDULED',
    recurring_data: { agreement_id: order.customerId },
    webhook_url: settings.webhook_id,
    custom_fields: { lago_customer_id: order.customerId },
  }
}
