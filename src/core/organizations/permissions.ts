import { isInput } from '../input/fields.ts'

const MODES: readonly unknown[] = ['read', 'write']

/** What an API key may be allowed to read and write. */
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

/** Every resource, to read and to write: what a new key may do. */
export function allPermissions(): Permissions {
  return Object.fromEntries(PERMISSION_RESOURCES.map((resource) => [resource, ['read', 'write']]))
}

/** Whether whoever has `own` may hand `given` on: nobody gives what they do not have. */
export function mayGive(own: Permissions, given: Permissions): boolean {
  return Object.entries(given).every(([resource, modes]) =>
    modes.every((mode) => own[resource]?.includes(mode) === true),
  )
}

/** Permissions as a request has them, in a plain form; undefined when they name an unknown resource or mode. */
export function readPermissions(raw: unknown): Permissions | undefined {
  if (!isInput(raw)) return undefined
  const resources: readonly string[] = PERMISSION_RESOURCES
  const isModes = (value: unknown) => Array.isArray(value) && value.every((each) => MODES.includes(each))
  const entries = Object.entries(raw)
  if (!entries.every(([resource, modes]) => resources.includes(resource) && isModes(modes))) return undefined
  return Object.fromEntries(entries.map(([resource, modes]) => [resource, [...new Set(modes as string[])]]))
}
