import type { ProviderType } from '../payments/gateway.ts'
import { ADYEN } from './adyen.ts'
import { CASHFREE } from './cashfree.ts'
import { FLUTTERWAVE } from './flutterwave.ts'
import { GOCARDLESS } from './gocardless.ts'
import { MONEYHASH } from './moneyhash.ts'
import type { ProviderField, ProviderTraits } from './provider-traits.ts'
import { STRIPE } from './stripe.ts'

/** The types of providers that connections can be made to. A new one is a line here and one in src/gateways. */
const TRAITS: Readonly<Partial<Record<ProviderType, ProviderTraits>>> = {
  adyen: ADYEN,
  cashfree: CASHFREE,
  flutterwave: FLUTTERWAVE,
  gocardless: GOCARDLESS,
  moneyhash: MONEYHASH,
  stripe: STRIPE,
}

/** The types of providers that connections can be made to. */
export const CONNECTABLE_TYPES = Object.keys(TRAITS) as readonly ProviderType[]

/** What is particular about a type of provider; undefined for one that no connection can be made to. */
export function knownTraits(type: ProviderType): ProviderTraits | undefined {
  return TRAITS[type]
}

/** What is particular about the type of a connection that exists. */
export function traitsOf(type: string): ProviderTraits {
  const traits = TRAITS[type as ProviderType]
  if (!traits) throw new Error(`no connections to ${type}`)
  return traits
}

/** The fields of all types, each once, for the description of the API. */
export function allProviderFields(): readonly ProviderField[] {
  const fields = Object.values(TRAITS).flatMap((traits) => traits.fields)
  return [...new Map(fields.map((field) => [field.name, field])).values()]
}
