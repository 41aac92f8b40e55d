/** What Lago describes and we do not, with reasons. */
export type Exception = {
  /** `METHOD /path` with `{}` for path parameters. */
  readonly operation: RegExp
  /** Beginning of a line of the comparison: `answer plan.metadata` stands for all that is below it too. */
  readonly lack: string
  readonly why: string
}

const PLANS = /^(GET|POST|PUT|PATCH|DELETE) \/plans(\/\{\})?$/
const SUBSCRIPTION_WRITES = /^(POST|PUT|PATCH) \/subscriptions(\/\{\})?$/
const INVOICE_LISTS = /^GET (\/customers\/\{\})?\/invoices$/
const INVOICE =
  /^(GET|POST|PUT|PATCH|DELETE) \/invoices(\/\{\}(\/(refresh|finalize|void|lose_dispute|retry))?|\/preview)?$/

const ENTITLEMENTS_BARE = 'Lago’s server sends features bare in this list, each not under `entitlement`'
const LISTED_INVOICE = 'rows of the list have it not'
const ONE_SUBSCRIPTION = 'only on one subscription, not in rows'

const ONE_TRANSACTION = 'only on one transaction, not in rows'

const DOWNLOADED = 'Lago’s server answers a download with the invoice alone, without any collection'
const COLLECTIONS = [
  'applied_invoice_custom_sections',
  'applied_taxes',
  'applied_usage_thresholds',
  'billing_periods',
  'credits',
  'customer',
  'error_details',
  'fees',
  'metadata',
  'subscriptions',
]

/** Each must be needed: an unused exception fails the test. */
export const EXCEPTIONS: readonly Exception[] = [
  ...COLLECTIONS.map((name) => ({
    operation: /^POST \/invoices\/\{\}\/download$/,
    lack: `answer invoice.${name}`,
    why: DOWNLOADED,
  })),
  {
    operation: /^(POST \/wallet_transactions|GET \/wallets\/\{\}\/wallet_transactions)$/,
    lack: 'answer wallet_transactions[].applied_invoice_custom_sections',
    why: ONE_TRANSACTION,
  },
  {
    operation: /^GET \/wallet_transactions\/\{\}\/consumptions$/,
    lack: 'answer wallet_transaction_consumptions[].wallet_transaction.applied_invoice_custom_sections',
    why: ONE_TRANSACTION,
  },
  {
    operation: /^GET \/wallet_transactions\/\{\}\/fundings$/,
    lack: 'answer wallet_transaction_fundings[].wallet_transaction.applied_invoice_custom_sections',
    why: ONE_TRANSACTION,
  },
  {
    operation: /^POST \/customers\/\{\}\/wallets$/,
    lack: 'body wallet.external_customer_id',
    why: 'the path names the customer',
  },
  {
    operation: /^DELETE \/subscriptions\/\{\}\/entitlements\//,
    lack: 'answer entitlement',
    why: 'Lago’s server answers the full list',
  },
  { operation: /^GET \/plans$/, lack: 'answer plans[].entitlements[].entitlement', why: ENTITLEMENTS_BARE },
  { operation: PLANS, lack: 'answer plan.entitlements[].entitlement', why: ENTITLEMENTS_BARE },
  {
    operation: /^(GET|POST|PUT|PATCH|DELETE) \/subscriptions(\/\{\})?$/,
    lack: 'answer subscription.plan.entitlements[].entitlement',
    why: ENTITLEMENTS_BARE,
  },
  {
    operation: /^(POST|PUT|PATCH) \/(plans|subscriptions)\/\{\}\/fixed_charges(\/\{\})?$/,
    lack: 'body fixed_charge.properties',
    why: 'Lago describes the properties of usage charges here; a fixed charge has those of three models',
  },
  {
    operation: SUBSCRIPTION_WRITES,
    lack: 'body subscription.plan_overrides.metadata',
    why: 'a copy of a plan has no metadata of its own',
  },
  {
    operation: /^POST \/subscriptions$/,
    lack: 'body authorization',
    why: 'a hold on the customer’s card needs a payment provider; there is none yet',
  },
  {
    operation: /^GET (\/customers\/\{\})?\/subscriptions$/,
    lack: 'answer subscriptions[].applied_invoice_custom_sections',
    why: ONE_SUBSCRIPTION,
  },
  {
    operation: INVOICE,
    lack: 'answer invoice.subscriptions[].applied_invoice_custom_sections',
    why: ONE_SUBSCRIPTION,
  },
  {
    operation: /^POST \/invoices$/,
    lack: 'body invoice.fees[].skip_psp',
    why: 'Lago’s server takes it for the whole invoice',
  },
  {
    operation: INVOICE_LISTS,
    lack: 'answer invoices[].applied_invoice_custom_sections',
    why: LISTED_INVOICE,
  },
]

/** The exceptions that excuse a line of an operation's comparison. */
export function excusesOf(operation: string, line: string): readonly Exception[] {
  return EXCEPTIONS.filter(({ operation: named, lack }) => {
    if (!named.test(operation) || !line.startsWith(lack)) return false
    return ['', '.', '['].includes(line.charAt(lack.length))
  })
}
