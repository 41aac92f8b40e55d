import { OWN_API } from '../../api/queries.ts'
import type { Customer, PaymentConnection, PaymentProvider } from '../../api/types.ts'
import { kindName, kindOf } from '../connections/provider-kinds.ts'

/** Where the connections of a customer are. */
export const linksPath = ({ external_id }: Pick<Customer, 'external_id'>): string =>
  `${OWN_API}/customers/${encodeURIComponent(external_id)}/payment_connections`

export type LinkValues = {
  /** The account, by its id. */
  account: string
  /** Empty makes the customer there. */
  provider_customer_id: string
  /** Whether a customer that is known there is told of what changes. */
  is_told: boolean
  is_default: boolean
}

/** The accounts that a customer can still be connected to: one connection to each. */
export function accountsLeft(
  accounts: readonly PaymentProvider[],
  links: readonly PaymentConnection[],
): readonly PaymentProvider[] {
  const keyOf = (type: string, code: string) => `${type} ${code}`
  const taken = new Set(links.map((link) => keyOf(link.payment_provider, link.payment_provider_code)))
  return accounts.filter(({ type, code }) => !taken.has(keyOf(type, code)))
}

/** What an account is called where one is chosen. */
export const accountLabel = ({ name, type, mode }: PaymentProvider): string =>
  [name, ...(name === kindName(type) ? [] : [kindName(type)]), ...(mode === 'test' ? ['test'] : [])].join(
    ' · ',
  )

/** The values of an empty form: the new one becomes the default where there is none. */
export const newLink = (
  accounts: readonly PaymentProvider[],
  links: readonly PaymentConnection[],
): LinkValues => ({
  account: accounts[0]?.lago_id ?? '',
  provider_customer_id: '',
  is_told: true,
  is_default: links.every(({ is_default }) => !is_default),
})

/** What is asked for: the provider answers before the dialog closes, where it knows customers. */
export function bodyOfLink(values: LinkValues, account: PaymentProvider): Record<string, unknown> {
  const { type, code } = account
  const kind = kindOf(type)
  const common = { payment_provider: type, payment_provider_code: code, is_default: values.is_default }
  if (kind?.isPageOnly) return common
  const id = values.provider_customer_id.trim()
  if (id === '') return { ...common, sync_with_provider: true, sync: true }
  const isTold = Boolean(kind?.isToldOfChanges) && values.is_told
  return { ...common, provider_customer_id: id, sync_with_provider: isTold, sync: true }
}

/** How far a customer is known at a provider: the tone of a status, and its words. */
export function syncOf(link: PaymentConnection): { readonly status: string; readonly label: string } {
  const kind = kindOf(link.payment_provider)
  if (kind?.isPageOnly) return { status: 'none', label: 'Pays on pages alone' }
  if (link.provider_customer_id === null) return { status: 'waiting', label: 'Waits for the provider' }
  if (!link.sync_with_provider) return { status: 'none', label: 'Known there by its id' }
  return kind?.isToldOfChanges
    ? { status: 'active', label: 'Kept in sync' }
    : { status: 'active', label: 'Made there' }
}

/** Whether a provider has yet to answer about a customer. */
export const isWaiting = (link: PaymentConnection): boolean => syncOf(link).status === 'waiting'
