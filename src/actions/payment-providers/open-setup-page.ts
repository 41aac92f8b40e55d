import { traitsOf } from '../../core/payment-providers/provider-types.ts'
import { invalid, notAllowed, notFound, Refusal } from '../../core/refusal.ts'
import { findCustomer, readCustomer } from '../../store/customers.ts'
import { findDefaultLink, findLink } from '../../store/payment-provider-customers.ts'
import { readProvider } from '../../store/payment-providers.ts'
import { inTransaction } from '../../store/transaction.ts'
import type { Caller, Context } from '../context.ts'
import { answered, askProvider } from '../payments/provider-calls.ts'
import { announce } from '../webhooks/announce.ts'
import { openConnection } from './connection.ts'

/** Where a page of a connection leads back to. */
export function returnUrlOf(provider: {
  readonly successRedirectUrl: string | null
  readonly providerType: string
}): string {
  return provider.successRedirectUrl ?? traitsOf(provider.providerType).home
}

/** What the page of a provider shows of a customer. */
function toldOf(customer: { readonly externalId: string; readonly email: string | null }) {
  return { externalCustomerId: customer.externalId, email: firstEmailOf(customer) }
}

/** The address that a provider is told: a customer may have several. */
export function firstEmailOf({ email }: { readonly email: string | null }): string | null {
  return email?.split(',')[0]?.trim() || null
}

/**
 * Makes a page at the provider on which a customer leaves a card or a mandate. Returns it as the API shows it. 404
 * `customer_not_found`; 405 `feature_not_supported` where nothing is kept; 422 `no_linked_payment_provider`, `no_payment_methods_to_setup_available`, or what the
 * provider says; 401 when it does not know the secrets.
 */
export async function openSetupPageOf(
  context: Context,
  caller: Caller,
  externalCustomerId: string,
): Promise<object> {
  const link = await context.database.read(caller, async (reads) => {
    const customer = await findCustomer(reads, externalCustomerId)
    if (!customer) throw notFound('customer')
    const found = await findDefaultLink(reads, customer.id)
    const type = found && (await readProvider(reads, found.paymentProviderId)).providerType
    if (type !== undefined && traitsOf(type).isPageOnly) throw notAllowed('feature_not_supported')
    return found
  })
  if (!link?.providerCustomerId) throw invalid({ base: ['no_linked_payment_provider'] })
  const shown = await openSetupPage(context, caller, link.id, 'in_request')
  if (!shown) throw invalid({ base: ['no_linked_payment_provider'] })
  return shown
}

/**
 * The same for a link. In the background the page is announced, a failure is only kept with the calls, and there is
 * none for a customer without a method that can be stored.
 */
export async function openSetupPage(
  context: Context,
  caller: Caller,
  linkId: string,
  where: 'in_request' | 'in_background',
): Promise<object | undefined> {
  const { organizationId } = caller
  const found = await context.database.read(organizationId, async (reads) => {
    const link = await findLink(reads, linkId)
    if (!link?.providerCustomerId || link.deletedAt !== null) return undefined
    const [customer, provider] = await Promise.all([
      readCustomer(reads, link.customerId),
      readProvider(reads, link.paymentProviderId),
    ])
    return { link, providerCustomerId: link.providerCustomerId, customer, provider }
  })
  if (!found) return undefined
  const { link, customer, provider, providerCustomerId } = found
  const { methodTypes: choice } = traitsOf(provider.providerType)
  const methodTypes = (link.providerPaymentMethods as string[]).filter((type) =>
    choice?.stored.includes(type),
  )
  if (choice !== null && methodTypes.length === 0) {
    if (where === 'in_background') return undefined
    throw invalid({ provider_payment_methods: ['no_payment_methods_to_setup_available'] })
  }
  const { connection, gateway } = openConnection(context, provider)
  const about = {
    organizationId,
    providerId: provider.id,
    subjectId: link.id,
    call: 'open_setup_page',
    idempotencyKey: null,
  }
  const answer = await askProvider(context, about, () =>
    gateway.openSetupPage(connection, {
      customerId: customer.id,
      providerCustomerId,
      methodTypes,
      asksForConsent: connection.settings.require_terms_of_service_consent === true,
      currency: customer.currency ?? caller.organization.defaultCurrency,
      ...toldOf(customer),
      returnUrl: caller.buyer?.returnUrl ?? returnUrlOf(provider),
    }),
  )
  if (!answer.ok && where === 'in_background') return undefined
  if (!answer.ok && answer.error.class === 'invalid_credentials') throw new Refusal({ kind: 'unauthorized' })
  if (!answer.ok && answer.error.class === 'currency_not_supported') {
    throw invalid({ base: ['currency_not_supported'] })
  }
  const page = answered(provider.providerType, answer)
  const shown = {
    lago_customer_id: customer.id,
    external_customer_id: customer.externalId,
    payment_provider: provider.providerType,
    payment_provider_code: provider.code,
    checkout_url: page.url,
  }
  if (where === 'in_background') {
    await inTransaction(context.database, organizationId, (tx) =>
      announce(tx, caller, {
        type: 'customer.checkout_url_generated',
        objectType: 'payment_provider_customer_checkout_url',
        objectId: customer.id,
        payload: () => shown,
      }),
    )
  }
  return shown
}
