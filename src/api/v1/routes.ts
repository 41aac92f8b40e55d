import type { FastifyInstance } from 'fastify'
import type { Context } from '../../actions/context.ts'
import type { HttpLimits } from '../limits.ts'
import { activityLogsRoutes } from './activity-logs.ts'
import { addOnsRoutes } from './add-ons.ts'
import { adjustedFeesRoutes } from './adjusted-fees.ts'
import { alertsRoutes } from './alerts.ts'
import { analyticsRoutes, overdueTotalsRoutes } from './analytics.ts'
import { apiKeyRoutes } from './api-keys.ts'
import { apiLogsRoutes } from './api-logs.ts'
import { appliedCouponsRoutes } from './applied-coupons.ts'
import { billableMetricsRoutes } from './billable-metrics.ts'
import { billingEntitiesRoutes } from './billing-entities.ts'
import { couponEndRoutes, couponsRoutes } from './coupons.ts'
import { creditNoteMetadataRoutes } from './credit-note-metadata.ts'
import { creditNotesRoutes } from './credit-notes.ts'
import { customersRoutes } from './customers.ts'
import { dunningCampaignsRoutes } from './dunning-campaigns.ts'
import { entitlementsRoutes } from './entitlements.ts'
import { estimatesRoutes } from './estimates.ts'
import { eventRoutes } from './events.ts'
import { featuresRoutes } from './features.ts'
import { feesRoutes } from './fees.ts'
import { invitationLinksRoutes, invitationsRoutes } from './invitations.ts'
import { invoiceCustomSectionsRoutes } from './invoice-custom-sections.ts'
import {
  billingRunRoutes,
  draftPdfRoutes,
  invoicesRoutes,
  regenerationRoutes,
  subscriptionInvoicesRoutes,
} from './invoices.ts'
import { lifetimeUsagesRoutes } from './lifetime-usages.ts'
import { mailListRoutes, mailsRoutes } from './mails.ts'
import { membersRoutes } from './members.ts'
import { metricPreviewsRoutes } from './metric-previews.ts'
import { oneOffPreviewsRoutes } from './one-off-previews.ts'
import {
  fileLinksRoutes,
  organizationNameRoutes,
  organizationsRoutes,
  ownOrganizationsRoutes,
  sandboxesRoutes,
} from './organizations.ts'
import { paymentConnectionsRoutes } from './payment-connections.ts'
import { paymentJournalRoutes } from './payment-journal.ts'
import { paymentMethodsRoutes } from './payment-methods.ts'
import { paymentProviderSecretsRoutes, paymentProvidersRoutes } from './payment-providers.ts'
import { paymentReceiptsRoutes } from './payment-receipts.ts'
import { paymentRequestEndRoutes, paymentRequestsRoutes } from './payment-requests.ts'
import { paymentsRoutes } from './payments.ts'
import { planChargesRoutes } from './plan-charges.ts'
import { planFixedChargesRoutes } from './plan-fixed-charges.ts'
import { planMetadataRoutes } from './plan-metadata.ts'
import { planPreviewsRoutes } from './plan-previews.ts'
import { planVersionsRoutes } from './plan-versions.ts'
import { plansRoutes } from './plans.ts'
import { portalAlertsRoutes } from './portal/alerts.ts'
import { portalCustomerRoutes } from './portal/customer.ts'
import { portalDocumentsRoutes } from './portal/documents.ts'
import { portalEntryRoutes } from './portal/entry.ts'
import { portalFilesRoutes } from './portal/files.ts'
import { portalPaymentMethodsRoutes } from './portal/payment-methods.ts'
import { portalPlanChangesRoutes } from './portal/plan-changes.ts'
import { portalSettingsRoutes, portalUrlRoutes } from './portal/staff.ts'
import { portalSubscriptionsRoutes } from './portal/subscriptions.ts'
import { portalWalletsRoutes } from './portal/wallets.ts'
import { providerMessagesRoutes } from './provider-messages.ts'
import { refundsRoutes } from './refunds.ts'
import { rolesRoutes } from './roles.ts'
import { searchRoutes } from './search.ts'
import { ownSecurityLogsRoutes, securityLogsRoutes } from './security-logs.ts'
import { sessionsRoutes } from './sessions.ts'
import { subscriptionChargesRoutes } from './subscription-charges.ts'
import { subscriptionFixedChargesRoutes } from './subscription-fixed-charges.ts'
import { subscriptionPreviewsRoutes } from './subscription-previews.ts'
import { subscriptionsRoutes } from './subscriptions.ts'
import { taxesRoutes } from './taxes.ts'
import { testClockRoutes } from './test-clock.ts'
import { liveUsageRoutes, usageRoutes } from './usage.ts'
import { usersRoutes } from './users.ts'
import { walletBalancesRoutes } from './wallet-balances.ts'
import { walletMetadataRoutes } from './wallet-metadata.ts'
import { walletTransactionsRoutes } from './wallet-transactions.ts'
import { walletsRoutes } from './wallets.ts'
import { webhookEndpointsRoutes } from './webhook-endpoints.ts'
import { webhookReplayRoutes, webhookSecretRoutes, webhooksRoutes } from './webhooks.ts'

/** A group of routes: registers itself on the app with the context for its actions. */
export type Routes = (app: FastifyInstance, context: Context, limits: HttpLimits) => void

/** Every group of routes under /api/v1. */
export const routesOfV1: readonly Routes[] = [
  activityLogsRoutes,
  addOnsRoutes,
  alertsRoutes,
  analyticsRoutes,
  apiLogsRoutes,
  appliedCouponsRoutes,
  billableMetricsRoutes,
  billingEntitiesRoutes,
  couponsRoutes,
  creditNoteMetadataRoutes,
  creditNotesRoutes,
  customersRoutes,
  entitlementsRoutes,
  estimatesRoutes,
  eventRoutes,
  featuresRoutes,
  feesRoutes,
  invoiceCustomSectionsRoutes,
  invoicesRoutes,
  lifetimeUsagesRoutes,
  organizationsRoutes,
  paymentMethodsRoutes,
  paymentReceiptsRoutes,
  paymentRequestsRoutes,
  paymentsRoutes,
  planChargesRoutes,
  planFixedChargesRoutes,
  planMetadataRoutes,
  plansRoutes,
  portalUrlRoutes,
  securityLogsRoutes,
  subscriptionChargesRoutes,
  subscriptionFixedChargesRoutes,
  subscriptionsRoutes,
  taxesRoutes,
  testClockRoutes,
  usageRoutes,
  walletMetadataRoutes,
  walletTransactionsRoutes,
  walletsRoutes,
  webhookEndpointsRoutes,
  webhooksRoutes,
  mailsRoutes,
]

/** Groups of routes under /api/weir/v1 whose answers have secrets that are shown once. */
export const routesOfSecrets: readonly Routes[] = [
  apiKeyRoutes,
  invitationsRoutes,
  membersRoutes,
  paymentProviderSecretsRoutes,
  webhookSecretRoutes,
]

/** Every other group of routes under /api/weir/v1, because Lago has no such routes. */
export const routesOfWeir: readonly Routes[] = [
  adjustedFeesRoutes,
  couponEndRoutes,
  overdueTotalsRoutes,
  draftPdfRoutes,
  billingRunRoutes,
  liveUsageRoutes,
  mailListRoutes,
  dunningCampaignsRoutes,
  fileLinksRoutes,
  organizationNameRoutes,
  paymentConnectionsRoutes,
  paymentProvidersRoutes,
  paymentJournalRoutes,
  providerMessagesRoutes,
  refundsRoutes,
  metricPreviewsRoutes,
  paymentRequestEndRoutes,
  oneOffPreviewsRoutes,
  planPreviewsRoutes,
  planVersionsRoutes,
  portalSettingsRoutes,
  subscriptionPreviewsRoutes,
  regenerationRoutes,
  subscriptionInvoicesRoutes,
  walletBalancesRoutes,
  ownSecurityLogsRoutes,
  rolesRoutes,
  sandboxesRoutes,
  searchRoutes,
  webhookReplayRoutes,
]

/** Every group of routes under /api/weir/v1 that is not of an organization: no API key opens them. */
export const routesOfEntry: readonly Routes[] = [
  sessionsRoutes,
  usersRoutes,
  invitationLinksRoutes,
  ownOrganizationsRoutes,
  portalEntryRoutes,
  portalFilesRoutes,
]

/** Every group of routes under /api/weir/v1/portal: only a session of a customer opens them. */
export const routesOfPortal: readonly Routes[] = [
  portalAlertsRoutes,
  portalCustomerRoutes,
  portalDocumentsRoutes,
  portalPaymentMethodsRoutes,
  portalPlanChangesRoutes,
  portalSubscriptionsRoutes,
  portalWalletsRoutes,
]
