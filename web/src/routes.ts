import { MONEY_PAGES } from './money-routes.ts'

type Load = () => Promise<object>

/** A path, the module of its page, and the page's name there. */
export type PageRoute = readonly [path: string, load: Load, name: string]

/** Pages outside of an organization. The page to sign in is not one of the dashboard (login.html). */
export const ENTRY_PAGES: readonly PageRoute[] = [
  ['/sign-up', () => import('./entry/sign-up.tsx'), 'SignUp'],
  ['/forgot-password', () => import('./entry/password.tsx'), 'ForgotPassword'],
  ['/reset-password/$token', () => import('./entry/password.tsx'), 'ResetPassword'],
  ['/invitation/$token', () => import('./entry/invitation.tsx'), 'InvitationPage'],
  ['/owner/$token', () => import('./entry/owner.tsx'), 'Owner'],
  ['/gocardless/callback', () => import('./entry/gocardless-callback.tsx'), 'GoCardlessCallback'],
  ['/select-organization', () => import('./entry/select-organization.tsx'), 'SelectOrganization'],
]

/** Pages below `/{org}`. */
export const PAGES: readonly PageRoute[] = [
  ['/', () => import('./shell/shell.tsx'), 'Home'],
  ...MONEY_PAGES,
  ['/metrics', () => import('./pages/metrics/metric-list.tsx'), 'MetricList'],
  ['/metrics/new', () => import('./pages/metrics/metric-form.tsx'), 'NewMetric'],
  ['/metrics/$code', () => import('./pages/metrics/metric-detail.tsx'), 'MetricDetail'],
  ['/metrics/$code/edit', () => import('./pages/metrics/metric-form.tsx'), 'EditMetric'],
  ['/plans', () => import('./pages/plans/plan-list.tsx'), 'PlanList'],
  ['/plans/new', () => import('./pages/plans/plan-form.tsx'), 'NewPlan'],
  ['/plans/$code', () => import('./pages/plans/plan-detail.tsx'), 'PlanDetail'],
  ['/plans/$code/edit', () => import('./pages/plans/plan-form.tsx'), 'EditPlan'],
  ['/plans/$code/$tab', () => import('./pages/plans/plan-detail.tsx'), 'PlanDetail'],
  ['/customers', () => import('./pages/customers/customer-list.tsx'), 'CustomerList'],
  ['/customers/new', () => import('./pages/customers/customer-form.tsx'), 'NewCustomer'],
  ['/customers/$externalId', () => import('./pages/customers/customer-detail.tsx'), 'CustomerDetail'],
  ['/customers/$externalId/edit', () => import('./pages/customers/customer-form.tsx'), 'EditCustomer'],
  ['/customers/$externalId/$tab', () => import('./pages/customers/customer-detail.tsx'), 'CustomerDetail'],
  ['/subscriptions', () => import('./pages/subscriptions/subscription-list.tsx'), 'SubscriptionList'],
  ['/subscriptions/new', () => import('./pages/subscriptions/subscription-form.tsx'), 'NewSubscription'],
  [
    '/subscriptions/$externalId',
    () => import('./pages/subscriptions/subscription-detail.tsx'),
    'SubscriptionDetail',
  ],
  [
    '/subscriptions/$externalId/$tab',
    () => import('./pages/subscriptions/subscription-detail.tsx'),
    'SubscriptionDetail',
  ],
  ['/invoices', () => import('./pages/invoices/invoice-list.tsx'), 'InvoiceList'],
  ['/invoices/new', () => import('./pages/invoices/one-off-form.tsx'), 'NewOneOff'],
  ['/invoices/$id/regenerate', () => import('./pages/invoices/regenerate-form.tsx'), 'RegenerateInvoice'],
  ['/invoices/$id', () => import('./pages/invoices/invoice-detail.tsx'), 'InvoiceDetail'],
  // The address that invoices and webhooks name, as clients of Lago know it.
  [
    '/customer/$customerId/invoice/$id/overview',
    () => import('./pages/invoices/invoice-detail.tsx'),
    'InvoiceDetail',
  ],
  ['/developers/events', () => import('./pages/events/event-list.tsx'), 'EventList'],
  ['/developers/events/new', () => import('./pages/events/event-composer.tsx'), 'EventComposer'],
  ['/developers/keys', () => import('./pages/keys/key-list.tsx'), 'KeyList'],
  ['/developers/keys/new', () => import('./pages/keys/key-form.tsx'), 'NewKey'],
  ['/start', () => import('./pages/start/start.tsx'), 'Start'],
  ['/start/own', () => import('./pages/start/own-pricing.tsx'), 'OwnPricing'],
]
