import type { ProviderType } from '../core/payments/gateway.ts'
import type { PaymentGateway } from '../core/payments/payment-gateway.ts'
import { adyenAccounts } from './adyen/accounts.ts'
import { adyenMessages } from './adyen/messages.ts'
import { adyenPages } from './adyen/pages.ts'
import { adyenPayments } from './adyen/payments.ts'
import { cashfreeLinks } from './cashfree/links.ts'
import { cashfreeMessages } from './cashfree/messages.ts'
import { flutterwaveMessages } from './flutterwave/messages.ts'
import { flutterwavePages } from './flutterwave/pages.ts'
import { gocardlessAccounts } from './gocardless/accounts.ts'
import { gocardlessMessages } from './gocardless/messages.ts'
import { gocardlessPayments } from './gocardless/payments.ts'
import { moneyhashAccounts } from './moneyhash/accounts.ts'
import { moneyhashMessages } from './moneyhash/messages.ts'
import { moneyhashPayments } from './moneyhash/payments.ts'
import { PAGE_ONLY } from './page-only.ts'
import { stripeAccounts } from './stripe/accounts.ts'
import { stripeMessages } from './stripe/messages.ts'
import { stripePages } from './stripe/pages.ts'
import { stripePayments } from './stripe/payments.ts'

/** Servers of tests that stand in for providers; absent ones are the providers themselves. */
export type ProviderHosts = Readonly<Partial<Record<ProviderType, string>>>

/** A new provider is a line here and one in core/payment-providers/provider-types.ts. */
const GATEWAYS: Readonly<Partial<Record<ProviderType, (host: string | null) => PaymentGateway>>> = {
  adyen: (host) => ({
    ...adyenAccounts(host),
    ...adyenPages(host),
    ...adyenPayments(host),
    ...adyenMessages(),
  }),
  cashfree: (host) => ({ ...PAGE_ONLY, ...cashfreeLinks(host), ...cashfreeMessages() }),
  flutterwave: (host) => ({ ...PAGE_ONLY, ...flutterwavePages(host), ...flutterwaveMessages() }),
  gocardless: (host) => ({
    ...gocardlessAccounts(host),
    ...gocardlessPayments(host),
    ...gocardlessMessages(host),
  }),
  moneyhash: (host) => ({ ...moneyhashAccounts(host), ...moneyhashPayments(host), ...moneyhashMessages() }),
  stripe: (host) => ({
    ...stripeAccounts(host),
    ...stripePages(host),
    ...stripePayments(host),
    ...stripeMessages(host),
  }),
}

/** The gateway to a provider; throws for one that no connection can be made to. */
export function gatewayTo(type: ProviderType, hosts: ProviderHosts): PaymentGateway {
  const open = GATEWAYS[type]
  if (!open) throw new Error(`no gateway to ${type}`)
  return open(hosts[type] ?? null)
}
