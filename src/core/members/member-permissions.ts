/** What a member may do, as `resource:action`. Wallets are seen with `customers:view` and charges with `plans:view`. */
export const MEMBER_PERMISSIONS = [
  ...actionsOn('addons', 'view create update delete'),
  ...actionsOn('plans', 'view create update delete'),
  ...actionsOn('billable_metrics', 'view create update delete'),
  ...actionsOn('features', 'view create update delete'),
  ...actionsOn('charges', 'create update delete'),
  ...actionsOn('coupons', 'view create update delete attach detach'),
  ...actionsOn('customers', 'view create update delete'),
  ...actionsOn('subscriptions', 'view create update'),
  ...actionsOn('wallets', 'create update top_up terminate'),
  ...actionsOn('invoices', 'view send create update void delete export'),
  ...actionsOn('credit_notes', 'view create update void export send'),
  ...actionsOn('payments', 'view create'),
  ...actionsOn('payment_receipts', 'view send'),
  ...actionsOn('payment_methods', 'view create update delete'),
  ...actionsOn('dunning_campaigns', 'view create update delete'),
  ...actionsOn('billing_entities', 'view create update delete'),
  ...actionsOn('invoice_custom_sections', 'view create update delete'),
  ...actionsOn('pricing_units', 'view create update'),
  ...actionsOn('organization', 'view update delete'),
  ...actionsOn('organization:invoices', 'view update'),
  ...actionsOn('organization:integrations', 'view create update delete'),
  ...actionsOn('organization:taxes', 'view update'),
  ...actionsOn('organization:emails', 'view update'),
  ...actionsOn('organization:members', 'view create update delete'),
  ...actionsOn('roles', 'view create update delete'),
  ...actionsOn('analytics', 'view'),
  ...actionsOn('data_api', 'view'),
  ...actionsOn('developers', 'manage'),
  ...actionsOn('developers:keys', 'manage'),
  ...actionsOn('audit_logs', 'view'),
  ...actionsOn('security_logs', 'view'),
  ...actionsOn('authentication_methods', 'view update'),
] as const

export type MemberPermission = (typeof MEMBER_PERMISSIONS)[number]

type Words<T extends string> = T extends `${infer A} ${infer B}` ? A | Words<B> : T

function actionsOn<R extends string, A extends string>(resource: R, actions: A): `${R}:${Words<A>}`[] {
  return actions.split(' ').map((action) => `${resource}:${action as Words<A>}` as const)
}

/** The permissions on resources, all of them or only those with one of the `actions`. */
function on(resources: string, actions?: string): MemberPermission[] {
  const wanted = resources.split(' ')
  const allowed = actions?.split(' ')
  return MEMBER_PERMISSIONS.filter((permission) => {
    const end = permission.lastIndexOf(':')
    const isAllowed = allowed === undefined || allowed.includes(permission.slice(end + 1))
    return wanted.includes(permission.slice(0, end)) && isAllowed
  })
}

const INVOICE_ACTIONS = 'view send create update void export'

/** The roles that every organization has. */
export const BUILT_IN_ROLES: Readonly<Record<string, readonly MemberPermission[]>> = {
  admin: MEMBER_PERMISSIONS,
  finance: [
    ...on('addons plans coupons customers subscriptions pricing_units', 'view'),
    ...on('invoices', INVOICE_ACTIONS),
    ...on('credit_notes payments payment_receipts dunning_campaigns billing_entities'),
    ...on('organization', 'view update'),
    ...on('invoice_custom_sections organization:invoices organization:integrations'),
    ...on('analytics data_api'),
  ],
  manager: [
    ...on('addons plans dunning_campaigns billing_entities', 'view'),
    ...on('coupons', 'view attach detach'),
    ...on('customers subscriptions wallets credit_notes payments payment_receipts'),
    ...on('invoices', INVOICE_ACTIONS),
  ],
}

export const BUILT_IN_CODES: readonly string[] = Object.keys(BUILT_IN_ROLES)

/** Whether a text is the name of a permission. */
export function isMemberPermission(text: string): text is MemberPermission {
  return (MEMBER_PERMISSIONS as readonly string[]).includes(text)
}

/** What a member with roles may do: the rights of all of them. `own` holds the organization's own roles, by code. */
export function permissionsOfRoles(
  codes: readonly string[],
  own: ReadonlyMap<string, readonly string[]>,
): ReadonlySet<MemberPermission> {
  const given = codes.flatMap((code) =>
    Object.hasOwn(BUILT_IN_ROLES, code) ? (BUILT_IN_ROLES[code] ?? []) : (own.get(code) ?? []),
  )
  return new Set(given.filter(isMemberPermission))
}
