import type { EffectiveEntitlement, PlanEntitlement } from '../core/entitlements/resolve.ts'
import { toWirePrivilege } from './features.ts'

/** A plan's entitlement to a feature. */
export function toWirePlanEntitlement({ feature, privileges }: PlanEntitlement): object {
  return {
    code: feature.code,
    name: feature.name,
    description: feature.description,
    privileges: privileges.map(({ privilege, value }) => ({ ...toWirePrivilege(privilege), value })),
  }
}

/** A subscription's entitlement to a feature: each effective value with the plan's and the subscription's own. */
export function toWireSubscriptionEntitlement(entitlement: EffectiveEntitlement): object {
  const { feature, privileges, overrides } = entitlement
  return {
    code: feature.code,
    name: feature.name,
    description: feature.description,
    privileges: privileges.map(({ privilege, value, planValue, overrideValue }) => ({
      ...toWirePrivilege(privilege),
      value,
      plan_value: planValue,
      override_value: overrideValue,
    })),
    overrides,
  }
}
