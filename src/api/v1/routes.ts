import type { FastifyInstance } from 'fastify'
import type { Context } from '../../actions/context.ts'
import type { HttpLimits } from '../limits.ts'
import { addOnsRoutes } from './add-ons.ts'
import { alertsRoutes } from './alerts.ts'
import { appliedCouponsRoutes } from './applied-coupons.ts'
import { billableMetricsRoutes } from './billable-metrics.ts'
import { billingEntitiesRoutes } from './billing-entities.ts'
import { couponsRoutes } from './coupons.ts'
import { customersRoutes } from './customers.ts'
import { entitlementsRoutes } from './entitlements.ts'
import { estimatesRoutes } from './estimates.ts'
import { eventRoutes } from './events.ts'
import { featuresRoutes } from './features.ts'
import { feesRoutes } from './fees.ts'
import { invoiceCustomSectionsRoutes } from './invoice-custom-sections.ts'
import { invoicesRoutes } from './invoices.ts'
import { lifetimeUsagesRoutes } from './lifetime-usages.ts'
import { organizationsRoutes } from './organizations.ts'
import { planChargesRoutes } from './plan-charges.ts'
import { planFixedChargesRoutes } from './plan-fixed-charges.ts'
import { planMetadataRoutes } from './plan-metadata.ts'
import { plansRoutes } from './plans.ts'
import { subscriptionChargesRoutes } from './subscription-charges.ts'
import { subscriptionFixedChargesRoutes } from './subscription-fixed-charges.ts'
import { subscriptionsRoutes } from './subscriptions.ts'
import { taxesRoutes } from './taxes.ts'
import { testClockRoutes } from './test-clock.ts'
import { usageRoutes } from './usage.ts'
import { walletMetadataRoutes } from './wallet-metadata.ts'
import { walletTransactionsRoutes } from './wallet-transactions.ts'
import { walletsRoutes } from './wallets.ts'
import { webhookEndpointsRoutes } from './webhook-endpoints.ts'
import { webhooksRoutes } from './webhooks.ts'

/** A group of routes: registers itself on the app with the context for its actions. */
export type Routes = (app: FastifyInstance, context: Context, limits: HttpLimits) => void

/** Every group of routes under /api/v1. */
export const routesOfV1: readonly Routes[] = [
  addOnsRoutes,
  alertsRoutes,
  appliedCouponsRoutes,
  billableMetricsRoutes,
  billingEntitiesRoutes,
  couponsRoutes,
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
  planChargesRoutes,
  planFixedChargesRoutes,
  planMetadataRoutes,
  plansRoutes,
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
]
