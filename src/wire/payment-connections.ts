import type { LinkRow } from '../store/payment-provider-customers.ts'
import type { PaymentProviderRow } from '../store/payment-providers.ts'
import { isoSeconds } from './times.ts'

/** A connection of a customer: the customer at one account. Its id there is null until the provider has answered. */
export function toWirePaymentConnection(link: LinkRow, provider: PaymentProviderRow): object {
  return {
    lago_id: link.id,
    code: link.code,
    is_default: link.isDefault && link.deletedAt === null,
    payment_provider: provider.providerType,
    payment_provider_code: provider.code,
    payment_provider_name: provider.name,
    provider_customer_id: link.providerCustomerId,
    sync_with_provider: link.syncWithProvider,
    provider_payment_methods: link.providerPaymentMethods,
    created_at: isoSeconds(link.createdAt),
    updated_at: isoSeconds(link.updatedAt),
  }
}
