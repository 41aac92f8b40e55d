import {
  PERMISSION_RESOURCES,
  type PermissionResource,
  type Permissions,
} from '../organizations/permissions.ts'
import type { MemberPermission } from './member-permissions.ts'

/** What a member needs for a route: every one of the permissions, or only to be a member. */
export type Needed = MemberPermission | readonly MemberPermission[] | 'membership'

type Verb = 'read' | 'create' | 'update' | 'delete'
type ByVerb = Readonly<Record<Verb, Needed>>

const VERBS: Readonly<Record<string, Verb>> = {
  GET: 'read',
  HEAD: 'read',
  POST: 'create',
  PUT: 'update',
  PATCH: 'update',
  DELETE: 'delete',
}

const all = (needed: Needed): ByVerb => ({ read: needed, create: needed, update: needed, delete: needed })
const seenAndChanged = (read: Needed, write: Needed): ByVerb => ({ ...all(write), read })

/** View, create, update and delete of one resource. */
function allFour<R extends 'addons' | 'billable_metrics' | 'features' | 'coupons' | 'plans' | Whole>(
  resource: R,
): ByVerb {
  return {
    read: `${resource}:view`,
    create: `${resource}:create`,
    update: `${resource}:update`,
    delete: `${resource}:delete`,
  }
}
type Whole = 'billing_entities' | 'invoices' | 'invoice_custom_sections' | 'payment_methods'

/** Resources that no route serves yet. */
const UNSERVED = all('developers:manage')

/** What the routes of a resource of API keys need, unless a route names it by itself. */
const NEEDED: Readonly<Record<PermissionResource, ByVerb>> = {
  activity_log: all('audit_logs:view'),
  add_on: allFour('addons'),
  alert: seenAndChanged('subscriptions:view', 'subscriptions:update'),
  analytic: all('analytics:view'),
  api_key: all('developers:keys:manage'),
  api_log: all('audit_logs:view'),
  applied_coupon: {
    read: 'coupons:view',
    create: 'coupons:attach',
    update: 'coupons:attach',
    delete: 'coupons:detach',
  },
  billable_metric: allFour('billable_metrics'),
  billing_entity: allFour('billing_entities'),
  coupon: allFour('coupons'),
  credit_note: {
    read: 'credit_notes:view',
    create: 'credit_notes:create',
    update: 'credit_notes:update',
    delete: 'credit_notes:update',
  },
  customer: {
    read: 'customers:view',
    // One route does both, by the external id.
    create: ['customers:create', 'customers:update'],
    update: 'customers:update',
    delete: 'customers:delete',
  },
  customer_usage: all('subscriptions:view'),
  event: all('developers:manage'),
  feature: allFour('features'),
  fee: { ...allFour('invoices'), create: 'invoices:update' },
  invoice: allFour('invoices'),
  invoice_custom_section: allFour('invoice_custom_sections'),
  lifetime_usage: seenAndChanged('subscriptions:view', 'subscriptions:update'),
  order: UNSERVED,
  order_form: UNSERVED,
  organization: seenAndChanged('organization:view', 'organization:update'),
  payment: seenAndChanged('payments:view', 'payments:create'),
  payment_method: allFour('payment_methods'),
  payment_provider: {
    read: 'organization:integrations:view',
    create: 'organization:integrations:create',
    update: 'organization:integrations:update',
    delete: 'organization:integrations:delete',
  },
  payment_receipt: seenAndChanged('payment_receipts:view', 'payment_receipts:send'),
  payment_request: seenAndChanged('payments:view', 'payments:create'),
  plan: allFour('plans'),
  plan_rate_card: UNSERVED,
  pricing_unit: {
    read: 'pricing_units:view',
    create: 'pricing_units:create',
    update: 'pricing_units:update',
    delete: 'pricing_units:update',
  },
  product: UNSERVED,
  product_category: UNSERVED,
  quote: UNSERVED,
  rate_card: UNSERVED,
  security_log: all('security_logs:view'),
  subscription: {
    read: 'subscriptions:view',
    create: 'subscriptions:create',
    update: 'subscriptions:update',
    delete: 'subscriptions:update',
  },
  tax: seenAndChanged('organization:taxes:view', 'organization:taxes:update'),
  wallet: {
    read: 'customers:view',
    create: 'wallets:create',
    update: 'wallets:update',
    delete: 'wallets:terminate',
  },
  wallet_transaction: seenAndChanged('customers:view', 'wallets:top_up'),
  webhook_endpoint: all('developers:manage'),
  webhook_jwt_public_key: all('membership'),
}

/** What a member needs to call a route of a resource with a method. */
export function neededFor(resource: PermissionResource, method: string): Needed {
  return NEEDED[resource][VERBS[method] ?? 'update']
}

/** The first permission that a member lacks; undefined when there is none. */
export function lacking(
  permissions: ReadonlySet<MemberPermission>,
  needed: Needed,
): MemberPermission | undefined {
  if (needed === 'membership') return undefined
  return typeof needed === 'string'
    ? [needed].find((each) => !permissions.has(each))
    : needed.find((each) => !permissions.has(each))
}

/** What an API key made by a member may do at most: on each resource what the member may. */
export function keyPermissionsOf(permissions: ReadonlySet<MemberPermission>): Permissions {
  const may = (needed: Needed) => lacking(permissions, needed) === undefined
  const entries = PERMISSION_RESOURCES.map((resource): [string, string[]] => {
    const { read, ...writes } = NEEDED[resource]
    const modes = [...(may(read) ? ['read'] : []), ...(Object.values(writes).every(may) ? ['write'] : [])]
    return [resource, modes]
  })
  return Object.fromEntries(entries.filter(([, modes]) => modes.length > 0))
}
