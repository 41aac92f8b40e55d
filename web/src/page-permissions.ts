/** The resource of the pages below a path, where its name is another one. */
const RESOURCES: Readonly<Record<string, string>> = {
  metrics: 'billable_metrics',
  'add-ons': 'addons',
  'credit-notes': 'credit_notes',
  customer: 'invoices',
  refunds: 'payments',
  'settings/billing-entities': 'billing_entities',
  'settings/invoice-sections': 'invoice_custom_sections',
  'settings/dunning': 'dunning_campaigns',
  'settings/payment-providers': 'organization:integrations',
  'settings/roles': 'roles',
}

/** Pages that need something else than their path says; one of these is enough. */
const EXCEPTIONS: Readonly<Record<string, readonly string[]>> = {
  '/': [],
  // Wallets are seen with their customers.
  '/wallets': ['customers:view'],
  '/wallets/$id': ['customers:view'],
  '/wallets/$id/$tab': ['customers:view'],
  '/invoices/$id/regenerate': ['invoices:create'],
  '/developers/keys': ['developers:keys:manage'],
  '/developers/keys/new': ['developers:keys:manage'],
  '/developers/activity': ['audit_logs:view'],
  '/developers/api-log': ['audit_logs:view'],
  '/settings': ['organization:view'],
  '/settings/portal': ['organization:view'],
  '/settings/portal/look': ['organization:update'],
  '/settings/taxes': ['organization:taxes:view'],
  '/settings/taxes/new': ['organization:taxes:update'],
  '/settings/taxes/$code': ['organization:taxes:view'],
  '/settings/team': ['organization:members:view', 'roles:view'],
  '/settings/security-log': ['security_logs:view'],
  // What is made there begins with a metric and a plan.
  '/start': ['plans:create'],
  '/start/own': ['plans:create'],
}

/** What a member needs for a page below `/{org}`, by its route: one of these, or nothing when there are none. */
export function permissionsOfPage(route: string): readonly string[] {
  const exception = EXCEPTIONS[route]
  if (exception) return exception
  const [, first = '', second = ''] = route.split('/')
  if (first === 'developers') return ['developers:manage']
  const resource = RESOURCES[first === 'settings' ? `${first}/${second}` : first] ?? first
  const action = route.endsWith('/new') ? 'create' : route.endsWith('/edit') ? 'update' : 'view'
  return [`${resource}:${action}`]
}

/** What a tab of a detail page needs beside the page, by its name, or by the pages that it is on and its name. */
const TABS: Readonly<Record<string, string>> = {
  activity: 'audit_logs:view',
  events: 'developers:manage',
  'plans entitlements': 'features:view',
}

type MayOpen = (address: string, may: (permission: string) => boolean) => boolean

/**
 * Whether somebody may open an address below `/{org}`, such as `/plans/pro?tab=x`, where these routes are. What is none of
 * them is open.
 */
export function openingBy(routes: readonly string[]): MayOpen {
  // Those with fewer parameters first, because `/plans/new` is no plan.
  const patterns = [...routes]
    .sort((a, b) => a.split('$').length - b.split('$').length)
    .map((route) => ({ route, pattern: new RegExp(`^${route.replaceAll(/\$\w+/g, '[^/]+')}/?$`) }))
  return (address, may) => {
    const [path = ''] = address.split(/[?#]/)
    const found = patterns.find(({ pattern }) => pattern.test(path === '' ? '/' : path))
    const needed = found ? permissionsOfPage(found.route) : []
    const parts = path.split('/')
    const last = parts.at(-1) ?? ''
    const tab = found?.route.endsWith('/$tab') ? (TABS[`${parts[1]} ${last}`] ?? TABS[last]) : undefined
    return (needed.length === 0 || needed.some(may)) && (tab === undefined || may(tab))
  }
}
