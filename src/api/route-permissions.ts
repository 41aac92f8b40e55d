import type { RouteOptions } from 'fastify'
import { type Needed, neededFor } from '../core/members/needed-permissions.ts'

/**
 * What members need for routes that do something else than their method says: by method (PUT stands for PATCH too) and
 * path below /api/v1, or below /api/weir/v1. All other routes need what follows from their resource and method.
 */
export const ROUTE_PERMISSIONS: Readonly<Record<string, Needed>> = {
  'POST /billable_metrics/evaluate_expression': 'billable_metrics:view',
  'DELETE /features/:code/privileges/:privilege_code': 'features:update',

  ...onMethods('/customers/:externalCustomerId/wallets/:walletCode/alerts', {
    'GET GET/:code': 'customers:view',
    'POST PUT/:code DELETE DELETE/:code': 'wallets:update',
  }),
  ...onMethods('/wallets/:id/metadata', { 'POST DELETE DELETE/:key': 'wallets:update' }),
  ...onMethods('/customers/:external_id/wallets/:code/metadata', {
    'POST DELETE DELETE/:key': 'wallets:update',
  }),

  ...onMethods('/plans/:planCode/charges', {
    POST: 'charges:create',
    'PUT/:chargeCode': 'charges:update',
    'DELETE/:chargeCode': 'charges:delete',
    'POST/:chargeCode/filters PUT/:chargeCode/filters/:filterId DELETE/:chargeCode/filters/:filterId':
      'charges:update',
  }),
  ...onMethods('/plans/:planCode/fixed_charges', {
    POST: 'charges:create',
    'PUT/:fixedChargeCode': 'charges:update',
    'DELETE/:fixedChargeCode': 'charges:delete',
  }),
  'POST /plans/:code/versions/:number/restore': 'plans:update',
  ...onMethods('/plans/:code/metadata', { 'POST DELETE DELETE/:key': 'plans:update' }),
  ...onMethods('/plans/:code/entitlements', {
    'POST DELETE/:feature_code DELETE/:feature_code/privileges/:privilege_code': 'plans:update',
  }),
  'POST /subscriptions/:externalId/charges/:chargeCode/filters': 'subscriptions:update',

  ...onMethods('/invoices', {
    'POST/preview': 'invoices:view',
    'POST/:id/lose_dispute POST/:id/retry POST/:id/retry_payment': 'invoices:update',
    'POST/:id/void': 'invoices:void',
    'POST/:id/resend_email': 'invoices:send',
    'POST/:id/adjusted_fees DELETE/:id/adjusted_fees/:adjusted_fee_id': 'invoices:update',
  }),
  'POST /coupons/:code/terminate': 'coupons:update',
  ...onMethods('/payment_receipts', {
    'GET GET/:id': 'payment_receipts:view',
    'POST/:id/resend_email': 'payment_receipts:send',
  }),
  ...onMethods('/credit_notes', {
    'POST/:id/metadata': 'credit_notes:update',
    'POST/:id/resend_email': 'credit_notes:send',
    'PUT/:id/void': 'credit_notes:void',
  }),

  ...onMethods('/dunning_campaigns', {
    'GET GET/:code GET/:code/funnel': 'dunning_campaigns:view',
    'GET/:code/customers': 'customers:view',
    POST: 'dunning_campaigns:create',
    'PUT/:code': 'dunning_campaigns:update',
    'DELETE/:code': 'dunning_campaigns:delete',
  }),
  'GET /customers/:external_id/dunning': 'customers:view',
  'PUT /customers/:external_id/dunning': 'customers:update',
  'GET /billing_entities/:code/dunning': 'billing_entities:view',
  'PUT /billing_entities/:code/dunning': 'billing_entities:update',

  ...onMethods('/payment_providers', {
    'GET/gocardless/authorize POST/gocardless/exchange': 'organization:integrations:create',
    'POST/:id/pause POST/:id/register_webhook POST/:id/resume POST/:id/test':
      'organization:integrations:update',
  }),
  'DELETE /file_links': 'organization:update',
  'POST /provider_messages/:id/replay': 'organization:integrations:update',
  'POST /customers/:externalId/checkout_url': 'customers:update',
  ...onMethods('/customers/:external_id/payment_connections', {
    GET: 'customers:view',
    'POST PUT/:code DELETE/:code PUT/:code/set_as_default': 'customers:update',
  }),
  // Whoever has the link can change the customer.
  'GET /customers/:external_customer_id/portal_url': 'customers:update',
  'POST /invoices/:id/payment_url': 'payments:create',

  // Nothing is written: whoever sees a catalogue may ask what it would cost.
  'POST /one_off_previews': 'invoices:view',
  'POST /plan_previews': 'plans:view',
  'POST /plans/:code/change_previews': 'plans:view',
  'POST /subscription_previews': 'subscriptions:view',
  'POST /metric_previews': 'billable_metrics:view',

  // Everybody in a sandbox sees what time it is there.
  'GET /test_clock': 'membership',
}

/** Entries for a path: `GET/:id` is the method and what follows the path. */
function onMethods(path: string, needed: Readonly<Record<string, Needed>>): Record<string, Needed> {
  return Object.fromEntries(
    Object.entries(needed).flatMap(([names, permission]) =>
      names.split(' ').map((name) => {
        const [, method = '', rest = ''] = /^([A-Z]+)(.*)$/.exec(name) ?? []
        return [`${method} ${path}${rest}`, permission]
      }),
    ),
  )
}

/** The key of a route in the table above. */
export function permissionKeyOf(route: {
  readonly method: string | readonly string[]
  readonly url: string
}): string {
  const [first = ''] = [route.method].flat()
  const own = first === 'HEAD' ? 'GET' : first
  return `${own === 'PATCH' ? 'PUT' : own} ${route.url.replace(/^\/api\/(weir\/)?v1/, '')}`
}

/** Routes that only read, although they are called with POST, because Lago has them so. */
const READING_ENDS = /\/download(_pdf|_xml)?$/
/** Routes that send a document again. */
const SENDING = /^\/(invoices|credit_notes|payment_receipts)\/:\w+\/resend_email$/

function neededByPath(route: Pick<RouteOptions, 'url' | 'config'>): Needed | undefined {
  const resource = route.config?.resource
  const [, noun] = SENDING.exec(route.url.replace(/^\/api\/(weir\/)?v1/, '')) ?? []
  if (noun === 'invoices' || noun === 'credit_notes' || noun === 'payment_receipts') return `${noun}:send`
  if (!READING_ENDS.test(route.url) || resource === undefined) return undefined
  return route.url.includes('/payment_receipts/') ? 'payment_receipts:view' : neededFor(resource, 'GET')
}

/** What a member needs to call a route. Throws for a route that says nothing of it, so that none can be forgotten. */
export function permissionOfRoute(route: Pick<RouteOptions, 'method' | 'url' | 'config'>): Needed {
  const { permission, resource } = route.config ?? {}
  const [method = ''] = [route.method].flat()
  const needed =
    permission ??
    ROUTE_PERMISSIONS[permissionKeyOf(route)] ??
    neededByPath(route) ??
    (resource === undefined ? undefined : neededFor(resource, method))
  if (needed === undefined) throw new Error(`${method} ${route.url} says neither a resource nor a permission`)
  return needed
}
