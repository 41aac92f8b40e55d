import type { IconName } from '../parts/icon.tsx'

export type Entry = {
  readonly label: string
  readonly path: string
  readonly icon: IconName
  /** What is needed to see it; absent entries are for every member. */
  readonly permission?: string
  /** Who may this has another entry for it. */
  readonly unless?: string
  /** The letter after G. */
  readonly key?: string
}

export type Group = {
  readonly label: string | null
  readonly entries: readonly Entry[]
  /** Stays at the foot of the navigation, however little room the rest has. */
  readonly isPinned?: boolean
}

/** Whether a member sees an entry. */
export function isShown({ permission, unless }: Entry, may: (permission: string) => boolean): boolean {
  return (!permission || may(permission)) && !(unless && may(unless))
}

/** The side navigation. Entries that a member may not view are absent. */
export const NAVIGATION: readonly Group[] = [
  { label: null, entries: [{ label: 'Home', path: '', icon: 'home', key: 'h' }] },
  {
    label: 'Catalogue',
    entries: [
      { label: 'Metrics', path: '/metrics', icon: 'metric', permission: 'billable_metrics:view', key: 'm' },
      { label: 'Plans', path: '/plans', icon: 'plan', permission: 'plans:view', key: 'p' },
      { label: 'Features', path: '/features', icon: 'feature', permission: 'features:view' },
      { label: 'Add-ons', path: '/add-ons', icon: 'addOn', permission: 'addons:view' },
      { label: 'Coupons', path: '/coupons', icon: 'coupon', permission: 'coupons:view' },
    ],
  },
  {
    label: 'Billing',
    entries: [
      { label: 'Customers', path: '/customers', icon: 'customer', permission: 'customers:view', key: 'c' },
      {
        label: 'Subscriptions',
        path: '/subscriptions',
        icon: 'subscription',
        permission: 'subscriptions:view',
        key: 's',
      },
      { label: 'Invoices', path: '/invoices', icon: 'invoice', permission: 'invoices:view', key: 'i' },
      { label: 'Payments', path: '/payments', icon: 'payment', permission: 'payments:view' },
      {
        label: 'Credit notes',
        path: '/credit-notes',
        icon: 'creditNote',
        permission: 'credit_notes:view',
      },
      { label: 'Wallets', path: '/wallets', icon: 'wallet', permission: 'customers:view' },
    ],
  },
  {
    label: 'Insight',
    entries: [
      { label: 'Analytics', path: '/analytics', icon: 'chart', permission: 'analytics:view', key: 'a' },
    ],
  },
  {
    label: 'Build',
    entries: [
      {
        label: 'Events',
        path: '/developers/events',
        icon: 'event',
        permission: 'developers:manage',
        key: 'd',
      },
      { label: 'API keys', path: '/developers/keys', icon: 'key', permission: 'developers:keys:manage' },
      {
        label: 'Webhooks',
        path: '/developers/webhooks',
        icon: 'webhook',
        permission: 'developers:manage',
      },
      {
        label: 'Activity',
        path: '/developers/activity',
        icon: 'activity',
        permission: 'audit_logs:view',
      },
      { label: 'API log', path: '/developers/api-log', icon: 'code', permission: 'audit_logs:view' },
    ],
  },
  {
    label: null,
    isPinned: true,
    // Whoever may not see the organization begins with what else may be seen of its settings.
    entries: [
      { label: 'Settings', path: '/settings', icon: 'settings', permission: 'organization:view' },
      {
        label: 'Settings',
        path: '/settings/billing-entities',
        icon: 'settings',
        permission: 'billing_entities:view',
        unless: 'organization:view',
      },
    ],
  },
]

/** What "New…" makes. */
export const CREATIONS: readonly (Entry & { readonly permission: string })[] = [
  { label: 'Customer', path: '/customers/new', icon: 'customer', permission: 'customers:create', key: 'c' },
  {
    label: 'Subscription',
    path: '/subscriptions/new',
    icon: 'subscription',
    permission: 'subscriptions:create',
    key: 's',
  },
  {
    label: 'One-off invoice',
    path: '/invoices/new',
    icon: 'invoice',
    permission: 'invoices:create',
    key: 'i',
  },
  { label: 'Plan', path: '/plans/new', icon: 'plan', permission: 'plans:create', key: 'p' },
  { label: 'Metric', path: '/metrics/new', icon: 'metric', permission: 'billable_metrics:create', key: 'm' },
  { label: 'Feature', path: '/features/new', icon: 'feature', permission: 'features:create' },
  { label: 'Coupon', path: '/coupons/new', icon: 'coupon', permission: 'coupons:create' },
  { label: 'Add-on', path: '/add-ons/new', icon: 'addOn', permission: 'addons:create' },
  { label: 'Wallet', path: '/wallets/new', icon: 'wallet', permission: 'wallets:create' },
  { label: 'API key', path: '/developers/keys/new', icon: 'key', permission: 'developers:keys:manage' },
]
