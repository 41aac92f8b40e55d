/** The resources that an API key's permissions cover. */
export const PERMISSION_RESOURCES = [
  'activity_log',
  'add_on',
  'alert',
  'analytic',
  'api_key',
  'api_log',
  'applied_coupon',
  'billable_metric',
  'billing_entity',
  'coupon',
  'credit_note',
  'customer',
  'customer_usage',
  'event',
  'feature',
  'fee',
  'invoice',
  'invoice_custom_section',
  'lifetime_usage',
  'order',
  'order_form',
  'organization',
  'payment',
  'payment_method',
  'payment_provider',
  'payment_receipt',
  'payment_request',
  'plan',
  'plan_rate_card',
  'pricing_unit',
  'product',
  'product_category',
  'quote',
  'rate_card',
  'security_log',
  'subscription',
  'tax',
  'wallet',
  'wallet_transaction',
  'webhook_endpoint',
  'webhook_jwt_public_key',
] as const

export type PermissionResource = (typeof PERMISSION_RESOURCES)[number]

/** Resource to allowed modes: `{"plan": ["read", "write"]}`. */
export type Permissions = Readonly<Record<string, readonly string[]>>

/** Read and write on every resource: the permissions of a new key. */
export function allPermissions(): Permissions {
  return Object.fromEntries(PERMISSION_RESOURCES.map((resource) => [resource, ['read', 'write']]))
}
