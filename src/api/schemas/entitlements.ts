import { Type } from 'typebox'
import { nullableText, words } from './common.ts'
import { privilegeFields } from './features.ts'

const value = Type.Union([Type.Integer(), Type.Boolean(), Type.String(), Type.Null()])
const feature = { code: Type.String(), name: nullableText, description: nullableText }

export const PlanEntitlementObject = Type.Object({
  ...feature,
  privileges: Type.Array(Type.Object({ ...privilegeFields, value })),
})

export const SubscriptionEntitlementObject = Type.Object({
  ...feature,
  privileges: Type.Array(
    Type.Object({ ...privilegeFields, value, plan_value: value, override_value: value }),
  ),
  overrides: Type.Record(Type.String(), value, { description: 'Overridden values by privilege code.' }),
})

export const EntitlementsInput = Type.Object({
  entitlements: Type.Record(Type.String(), Type.Record(Type.String(), value), {
    description: 'Values by privilege code, by feature code.',
  }),
})
export const PlanEntitlement = Type.Object({ entitlement: PlanEntitlementObject })
export const PlanEntitlements = Type.Object({ entitlements: Type.Array(PlanEntitlementObject) })
export const SubscriptionEntitlements = Type.Object({
  entitlements: Type.Array(SubscriptionEntitlementObject),
})
const status = words('pending', 'incomplete', 'active', 'terminated', 'canceled')
export const SubscriptionStatusQuery = Type.Object({
  subscription_status: Type.Optional(status),
  status: Type.Optional(status),
})
