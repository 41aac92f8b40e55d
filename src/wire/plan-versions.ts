import { toWireCents } from '../core/amounts/json-text.ts'
import type { KeptPrice } from '../core/plans/kept-prices.ts'
import { type PlanChange, planChanges } from '../core/plans/plan-changes.ts'
import type { PlanVersionView } from '../store/plan-versions.ts'
import { isoSeconds } from './times.ts'

/** A version of a plan in a list: who made it, and what differs from the version before (docs/rules/plans.md#versions). */
export function toWireListedVersion(version: PlanVersionView): object {
  return {
    number: version.number,
    created_at: isoSeconds(version.createdAt),
    source: version.source,
    user_email: version.userEmail,
    lago_api_key_id: version.apiKeyId,
    api_key_name: version.apiKeyName,
    restored_from: version.restoredFrom,
    cascade_updates: version.isCascaded,
    changes: version.previous === null ? [] : planChanges(version.previous, version.definition),
  }
}

/** The same with what the plan was, as an update takes it. */
export function toWireVersion(version: PlanVersionView): object {
  return { ...toWireListedVersion(version), definition: version.definition }
}

/** What a change of a plan changes, with at most `keepingMax` of the subscriptions that keep prices of their own. */
export function toWirePlanChange(
  preview: {
    readonly changes: readonly PlanChange[]
    readonly onPlan: number
    readonly overridden: number
    readonly keeping: readonly {
      readonly externalId: string
      readonly name: string | null
      readonly externalCustomerId: string
      readonly kept: readonly KeptPrice[]
    }[]
  },
  keepingMax: number,
): object {
  return {
    changes: preview.changes,
    subscriptions_on_plan_count: preview.onPlan,
    overridden_subscriptions_count: preview.overridden,
    keeping_subscriptions_count: preview.keeping.length,
    keeping_subscriptions: preview.keeping.slice(0, keepingMax).map((each) => ({
      external_id: each.externalId,
      name: each.name,
      external_customer_id: each.externalCustomerId,
      kept_prices: each.kept.map(toWireKeptPrice),
    })),
  }
}

function toWireKeptPrice(kept: KeptPrice): object {
  return {
    part: kept.part,
    code: kept.code,
    name: kept.name,
    filter_values: kept.filterValues,
    amount_cents: kept.amountCents === null ? null : toWireCents(kept.amountCents),
    price: kept.price && { charge_model: kept.price.chargeModel, properties: kept.price.properties },
    units: kept.units,
  }
}
