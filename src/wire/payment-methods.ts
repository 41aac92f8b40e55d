import type { PaymentMethodRow } from '../store/payment-methods.ts'
import { isoSeconds } from './times.ts'

export function toWirePaymentMethod(method: PaymentMethodRow): object {
  return {
    lago_id: method.id,
    is_default: method.isDefault,
    payment_provider_code: method.paymentProviderCode,
    payment_provider_name: method.paymentProviderName,
    payment_provider_type: method.paymentProviderType,
    provider_method_id: method.providerMethodId,
    created_at: isoSeconds(method.createdAt),
  }
}
