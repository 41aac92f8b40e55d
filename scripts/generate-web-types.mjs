// Writes web/src/api/types.ts from the OpenAPI description of a running server:
//   node scripts/generate-web-types.mjs http://localhost:3000
// Only what the dashboard reads is listed; the description holds every schema in place, so a name is given here.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

const WANTED = [
  ['Organization', 'get', '/api/v1/organizations', 'organization'],
  ['BillableMetric', 'get', '/api/v1/billable_metrics/{code}', 'billable_metric'],
  ['Plan', 'get', '/api/v1/plans/{code}', 'plan'],
  ['PlanVersion', 'get', '/api/weir/v1/plans/{code}/versions', 'plan_versions[]'],
  ['PlanChangePreview', 'post', '/api/weir/v1/plans/{code}/change_previews', 'plan_change'],
  ['Customer', 'get', '/api/v1/customers/{externalId}', 'customer'],
  ['Subscription', 'get', '/api/v1/subscriptions/{externalId}', 'subscription'],
  ['OneOffPreview', 'post', '/api/weir/v1/one_off_previews', 'one_off_preview'],
  ['SubscriptionPreview', 'post', '/api/weir/v1/subscription_previews', 'subscription_preview'],
  [
    'TerminationPreview',
    'get',
    '/api/weir/v1/subscriptions/{external_id}/termination_preview',
    'termination_preview',
  ],
  ['Invoice', 'get', '/api/v1/invoices/{id}', 'invoice'],
  ['Fee', 'get', '/api/v1/fees/{id}', 'fee'],
  ['AdjustedFee', 'get', '/api/weir/v1/invoices/{id}/adjusted_fees', 'adjusted_fees[]'],
  ['CurrentUsage', 'get', '/api/v1/customers/{external_customer_id}/current_usage', 'customer_usage'],
  ['Event', 'get', '/api/v1/events/{transaction_id}', 'event'],
  ['Tax', 'get', '/api/v1/taxes/{code}', 'tax'],
  ['AddOn', 'get', '/api/v1/add_ons/{code}', 'add_on'],
  ['LiveUsage', 'get', '/api/weir/v1/customers/{external_customer_id}/live_usage', 'live_usage'],
  ['Coupon', 'get', '/api/v1/coupons/{code}', 'coupon'],
  ['AppliedCoupon', 'get', '/api/v1/applied_coupons', 'applied_coupons[]'],
  ['CreditNote', 'get', '/api/v1/credit_notes/{id}', 'credit_note'],
  ['Wallet', 'get', '/api/v1/wallets/{id}', 'wallet'],
  ['WalletTransaction', 'get', '/api/v1/wallet_transactions/{id}', 'wallet_transaction'],
  ['Payment', 'get', '/api/v1/payments/{id}', 'payment'],
  ['PaymentRequest', 'get', '/api/v1/payment_requests/{id}', 'payment_request'],
  ['BillingEntity', 'get', '/api/v1/billing_entities/{code}', 'billing_entity'],
  ['Feature', 'get', '/api/v1/features/{code}', 'feature'],
  ['SubscriptionEntitlement', 'get', '/api/v1/subscriptions/{external_id}/entitlements', 'entitlements[]'],
  ['WebhookEndpoint', 'get', '/api/v1/webhook_endpoints/{id}', 'webhook_endpoint'],
  ['Webhook', 'get', '/api/v1/webhooks/{id}', 'webhook'],
  ['ActivityLog', 'get', '/api/v1/activity_logs/{activity_id}', 'activity_log'],
  ['ApiLog', 'get', '/api/v1/api_logs/{request_id}', 'api_log'],
  ['ApiKey', 'get', '/api/weir/v1/api_keys', 'api_keys[]'],
  ['PaymentProvider', 'get', '/api/weir/v1/payment_providers/{id}', 'payment_provider'],
  ['ProviderMessage', 'get', '/api/weir/v1/provider_messages', 'provider_messages[]'],
  ['PaymentCall', 'get', '/api/weir/v1/payments/{id}/calls', 'calls[]'],
  ['PaymentTransition', 'get', '/api/weir/v1/payments/{id}/transitions', 'transitions[]'],
  [
    'PaymentConnection',
    'get',
    '/api/weir/v1/customers/{external_id}/payment_connections',
    'payment_connections[]',
  ],
  ['PaymentFailure', 'get', '/api/weir/v1/payments/{id}/transitions', 'failure'],
  ['PaymentMethod', 'get', '/api/v1/customers/{external_id}/payment_methods', 'payment_methods[]'],
  ['Refund', 'get', '/api/weir/v1/refunds/{id}', 'refund'],
  ['Dunning', 'get', '/api/weir/v1/customers/{external_id}/dunning', 'dunning'],
  ['PaginationMeta', 'get', '/api/v1/plans', 'meta'],
  ['TestClock', 'get', '/api/v1/test_clock', 'test_clock'],
  ['PortalSettings', 'get', '/api/weir/v1/portal_settings', 'portal_settings'],
  ['PortalSession', 'get', '/api/weir/v1/portal/session', 'session'],
  ['OwnCustomer', 'get', '/api/weir/v1/portal/customer', 'customer'],
  ['Owed', 'get', '/api/weir/v1/portal/overview', 'owed[]'],
  ['OwnSubscription', 'get', '/api/weir/v1/portal/overview', 'subscriptions[]'],
  ['NextInvoice', 'get', '/api/weir/v1/portal/next_invoices', 'next_invoices[]'],
  ['OwnPlan', 'get', '/api/weir/v1/portal/subscriptions/{id}', 'subscription'],
  ['OwnPlanChoices', 'get', '/api/weir/v1/portal/subscriptions/{id}/plans', 'plan_choices'],
  ['OwnPlanChange', 'get', '/api/weir/v1/portal/subscriptions/{id}/plans/{plan_id}', 'plan_change'],
  ['Invoiced', 'get', '/api/weir/v1/portal/overview', 'invoiced[]'],
  ['OwnUsageDays', 'get', '/api/weir/v1/portal/subscriptions/{id}/usage_days', 'usage_days[]'],
  ['OwnUsage', 'get', '/api/weir/v1/portal/subscriptions/{id}/usage', 'usage'],
  ['OwnInvoice', 'get', '/api/weir/v1/portal/invoices', 'invoices[]'],
  ['OwnInvoiceInFull', 'get', '/api/weir/v1/portal/invoices/{id}', 'invoice'],
  ['OwnCreditNote', 'get', '/api/weir/v1/portal/credit_notes', 'credit_notes[]'],
  ['OwnReceipt', 'get', '/api/weir/v1/portal/receipts', 'receipts[]'],
  ['OwnWallet', 'get', '/api/weir/v1/portal/wallets', 'wallets[]'],
  ['PortalAccents', 'get', '/api/weir/v1/portal_accents', 'portal_accents'],
  ['OwnAlert', 'get', '/api/weir/v1/portal/alerts', 'alerts[]'],
  ['OwnTransaction', 'get', '/api/weir/v1/portal/wallets/{id}/transactions', 'transactions[]'],
  ['OwnMethod', 'get', '/api/weir/v1/portal/payment_methods', 'payment_methods[]'],
]

const PRIMITIVES = { integer: 'number', number: 'number', string: 'string', boolean: 'boolean', null: 'null' }

/** The schema of one successful answer, without its envelope. */
function schemaOf(document, [name, method, path, key]) {
  const answer = document.paths[path]?.[method]?.responses?.['200']?.content?.['application/json']?.schema
  const [field, isList] = key.endsWith('[]') ? [key.slice(0, -2), true] : [key, false]
  const inner = (answer?.properties ?? answer?.allOf?.find((each) => each.properties?.[field])?.properties)?.[
    field
  ]
  if (!inner) throw new Error(`${name}: ${method} ${path} answers no ${key}`)
  return isList ? inner.items : inner
}

function objectText(schema, indent) {
  const required = new Set(schema.required ?? [])
  const inside = `${indent}  `
  const lines = Object.entries(schema.properties ?? {}).map(([name, value]) => {
    const key = /^\w+$/.test(name) ? name : JSON.stringify(name)
    return `${inside}${key}${required.has(name) ? '' : '?'}: ${typeText(value, inside)}`
  })
  return `{\n${lines.join('\n')}\n${indent}}`
}

/** A schema as TypeScript. */
function typeText(schema, indent = '') {
  if (schema.const !== undefined) return JSON.stringify(schema.const).replaceAll('"', "'")
  if (schema.enum) return schema.enum.map((each) => (each === null ? 'null' : `'${each}'`)).join(' | ')
  const choices = schema.anyOf ?? schema.oneOf
  if (choices) return [...new Set(choices.map((each) => typeText(each, indent)))].join(' | ')
  if (schema.allOf) return schema.allOf.map((each) => typeText(each, indent)).join(' & ')
  if (Array.isArray(schema.type))
    return schema.type.map((type) => typeText({ ...schema, type }, indent)).join(' | ')
  if (schema.type === 'array')
    return `readonly (${schema.items ? typeText(schema.items, indent) : 'unknown'})[]`
  if (schema.properties) return objectText(schema, indent)
  if (schema.patternProperties) {
    return `Record<string, ${typeText(Object.values(schema.patternProperties)[0], indent)}>`
  }
  if (schema.type === 'object') return 'Record<string, unknown>'
  return PRIMITIVES[schema.type] ?? 'unknown'
}

const [server] = process.argv.slice(2)
if (!server) throw new Error('usage: node scripts/generate-web-types.mjs URL')
const document = await (await fetch(`${server}/openapi.json`)).json()
const parts = WANTED.map((each) => `export type ${each[0]} = ${typeText(schemaOf(document, each))}\n`)
const text = `// Made by scripts/generate-web-types.mjs from the API's own description.\n\n${parts.join('\n')}`
writeFileSync(join(import.meta.dirname, '../web/src/api/types.ts'), text)
