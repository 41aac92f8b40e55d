import { instant } from '../../core/calendar/instant.ts'
import type { CustomerOrder, GatewayAnswer, ProviderPage, SetupOrder } from '../../core/payments/gateway.ts'
import type { AccountCalls, PaymentGateway } from '../../core/payments/payment-gateway.ts'
import { askGoCardless, type GoCardless, type GoCardlessHost, unlessMissing } from './client.ts'
import { readMandate, textOf, USABLE_MANDATES } from './reading.ts'

/** The mandates that are asked for, by the currency that is debited. */
const SCHEMES: Readonly<Record<string, string>> = {
  GBP: 'bacs',
  EUR: 'sepa_core',
  USD: 'ach',
  AUD: 'becs',
  NZD: 'becs_nz',
  CAD: 'pad',
  DKK: 'betalingsservice',
  SEK: 'autogiro',
}

/** The account itself, its customers, their mandates and the pages on which they give one. */
export function gocardlessAccounts(
  host: GoCardlessHost,
): AccountCalls & Pick<PaymentGateway, 'openSetupPage' | 'pages'> {
  return {
    check: (connection) =>
      askGoCardless(host, connection, async (gocardless) => {
        const [creditor] = (await gocardless.list('creditors', {})).items
        const isVerified = creditor?.verification_status === 'successful'
        return {
          accountId: textOf(creditor?.id) ?? '',
          warnings: isVerified ? [] : ['creditor_not_verified'],
        }
      }),
    inbox: null,
    createCustomer: async (connection, order) => {
      const customer = customerOf(order)
      if (!customer) return MISSING_NAME
      return askGoCardless(host, connection, async (gocardless) => {
        const made = await gocardless.create('customers', customer, order.idempotencyKey)
        return { providerCustomerId: textOf(made.id) ?? '' }
      })
    },
    updateCustomer: null,
    findCustomer: (connection, id) =>
      askGoCardless(
        host,
        connection,
        async (gocardless) => (await unlessMissing(gocardless.read('customers', id))) !== null,
      ),
    listMethods: (connection, customer) =>
      askGoCardless(host, connection, async (gocardless) => {
        const status = USABLE_MANDATES.join(',')
        const { items } = await gocardless.list('mandates', { customer, status })
        return items.map((mandate) => readMandate(mandate).method)
      }),
    readMethod: (connection, id) =>
      askGoCardless(host, connection, async (gocardless) => {
        const mandate = await unlessMissing(gocardless.read('mandates', id))
        return mandate && readMandate(mandate)
      }),
    makeDefaultMethod: null,
    detachMethod: (connection, id) =>
      askGoCardless(host, connection, (gocardless) => cancelMandate(gocardless, id)),
    openSetupPage: async (connection, order) => {
      const scheme = SCHEMES[order.currency ?? '']
      if (scheme === undefined) return NO_SCHEME
      return askGoCardless(host, connection, (gocardless) => openFlow(gocardless, scheme, order))
    },
    pages: null,
  }
}

const MISSING_NAME: GatewayAnswer<never> = {
  ok: false,
  error: {
    class: 'invalid_request',
    code: 'missing_name',
    message: 'GoCardless takes a company name, or a first and a last name',
  },
}

const NO_SCHEME: GatewayAnswer<never> = {
  ok: false,
  error: {
    class: 'currency_not_supported',
    code: 'currency_not_supported',
    message: 'GoCardless has no mandates for the currency of the customer',
  },
}

/** Null for a customer without a name that GoCardless takes. */
function customerOf({ customerId, email, companyName, person }: CustomerOrder): object | null {
  if (companyName === null && person === null) return null
  return {
    ...(email === null ? {} : { email }),
    ...(companyName === null ? {} : { company_name: companyName }),
    ...(person === null ? {} : { given_name: person.firstName, family_name: person.lastName }),
    metadata: { lago_customer_id: customerId },
  }
}

/** A mandate that has ended already needs no end. */
async function cancelMandate(gocardless: GoCardless, id: string): Promise<null> {
  try {
    await gocardless.act('mandates', id, 'cancel')
  } catch (error) {
    const mandate = await unlessMissing(gocardless.read('mandates', id))
    if (mandate && readMandate(mandate).isUsable) throw error
  }
  return null
}

async function openFlow(
  gocardless: GoCardless,
  scheme: string,
  { currency, providerCustomerId, returnUrl }: SetupOrder,
): Promise<ProviderPage> {
  const asked = await gocardless.create('billing_requests', {
    mandate_request: { scheme, currency },
    links: { customer: providerCustomerId },
  })
  const flow = await gocardless.create('billing_request_flows', {
    redirect_uri: returnUrl,
    exit_uri: returnUrl,
    links: { billing_request: asked.id },
  })
  const endsAt = Date.parse(textOf(flow.expires_at) ?? '')
  return {
    pageId: textOf(flow.id) ?? '',
    url: textOf(flow.authorisation_url) ?? '',
    expiresAt: Number.isFinite(endsAt) ? instant(endsAt) : null,
  }
}
