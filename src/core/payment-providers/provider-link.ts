import type { Fields } from '../input/fields.ts'
import { PROVIDER_TYPES, type ProviderType } from '../payments/gateway.ts'
import { knownTraits } from './provider-types.ts'

/** What providers call their customers. */
const CUSTOMER_ID = /^[A-Za-z0-9._-]{1,255}$/

/** How a customer is to be linked to a provider: as a customer that is known there, or as a new one. */
export type ProviderLink = {
  readonly type: ProviderType
  readonly code: string | null
  readonly providerCustomerId: string | null
  readonly syncWithProvider: boolean
  /** The provider is asked before the request is answered. */
  readonly isImmediate: boolean
  /** Undefined keeps what there is; a new link takes what its provider offers without a choice. */
  readonly methodTypes: readonly string[] | undefined
}

/**
 * Reads what the billing configuration of a customer says of a payment provider
 * (docs/rules/provider-payments.md#customers): null for a customer that is unlinked, undefined when the link stays as
 * it is.
 */
export function readProviderLink(billing: Fields | undefined): ProviderLink | null | undefined {
  if (!billing) return undefined
  const type = billing.word('payment_provider', PROVIDER_TYPES)
  const methodTypes = readMethodTypes(billing, type)
  if (billing.isNull('payment_provider')) return null
  const id = billing.id('provider_customer_id')
  const syncWithProvider = billing.boolean('sync_with_provider') === true
  const providerCustomerId = typeof id === 'string' && id !== '' ? id : null
  if (!type || (providerCustomerId === null && !syncWithProvider)) return undefined
  if (providerCustomerId !== null && !CUSTOMER_ID.test(providerCustomerId)) {
    return billing.refuse('provider_customer_id', 'value_is_invalid')
  }
  return {
    type,
    code: billing.id('payment_provider_code') || null,
    providerCustomerId,
    syncWithProvider,
    isImmediate: billing.boolean('sync') === true,
    methodTypes,
  }
}

/** Reads which customer of a provider is meant: one that is known there, or one that is to be made there. */
export function readProviderCustomer(
  fields: Fields,
): Pick<ProviderLink, 'providerCustomerId' | 'syncWithProvider' | 'isImmediate'> {
  const id = fields.id('provider_customer_id') || null
  const isWrong = id !== null && !CUSTOMER_ID.test(id)
  if (isWrong) fields.refuse('provider_customer_id', 'value_is_invalid')
  return {
    providerCustomerId: isWrong ? null : id,
    syncWithProvider: fields.boolean('sync_with_provider') === true,
    isImmediate: fields.boolean('sync') === true,
  }
}

/** `link` belongs to cards, and a bank transfer stands alone. Where the provider alone decides, nothing is chosen. */
export function readMethodTypes(
  billing: Fields,
  provider: ProviderType | null | undefined,
): readonly string[] | undefined {
  const types = billing.texts('provider_payment_methods')
  // The only provider with a choice, where none is named.
  const known = knownTraits(provider ?? 'stripe')?.methodTypes
  if (types === undefined || types.length === 0 || !known) return undefined
  const isKnown = types.every((type) => known.all.includes(type))
  const isLinkAlone = types.includes('link') && !types.includes('card')
  const isTransferBeside = types.includes('customer_balance') && types.length > 1
  if (isKnown && !isLinkAlone && !isTransferBeside) return [...new Set(types)]
  return billing.refuse('provider_payment_methods', 'value_is_invalid')
}
