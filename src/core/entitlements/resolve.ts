import type { FieldCode, MissingResource } from '../codes.ts'
import { tidyId } from '../input/ids.ts'
import { type Outcome, refused, refusedFields } from '../problems.ts'
import {
  checkPrivilegeValue,
  type Privilege,
  type ShownValue,
  type StoredValue,
  shownValue,
} from './privilege-value.ts'

/** A feature of the organization. */
export type Feature = {
  readonly code: string
  readonly name: string | null
  readonly description: string | null
  readonly privileges: readonly Privilege[]
}

/** Feature code to privilege code to value, for a plan or for the overrides of a subscription. */
export type Entitlements = ReadonlyMap<string, ReadonlyMap<string, StoredValue>>

/** How a subscription changes its plan's entitlements. */
export type SubscriptionEntitlements = {
  readonly overrides: Entitlements
  readonly removedFeatures: ReadonlySet<string>
  /** Feature code to privilege codes. */
  readonly removedPrivileges: ReadonlyMap<string, ReadonlySet<string>>
}

/** A feature granted by a plan, with the privileges that have values, cast to their types. */
export type PlanEntitlement = {
  readonly feature: Feature
  readonly privileges: readonly { readonly privilege: Privilege; readonly value: ShownValue }[]
}

/** A subscription's effective privilege, values cast to its type. */
export type EffectivePrivilege = {
  readonly privilege: Privilege
  readonly value: ShownValue
  readonly planValue: ShownValue
  readonly overrideValue: ShownValue
}

export type EffectiveEntitlement = {
  readonly feature: Feature
  readonly privileges: readonly EffectivePrivilege[]
  /** Overridden privileges only. */
  readonly overrides: Readonly<Record<string, ShownValue>>
}

const NOTHING: ReadonlyMap<string, StoredValue> = new Map()

/**
 * Validates entitlements against the organization's features: 404 `feature_not_found`, then 404
 * `privilege_not_found`, then 422 with `<privilege code>_privilege_value` for each invalid value.
 */
export function checkEntitlements(raw: unknown, features: readonly Feature[]): Outcome<Entitlements> {
  const entries = entriesByCode(raw)
  const byCode = new Map(features.map((feature) => [feature.code, feature]))
  if (entries.some(([code]) => !byCode.has(code))) return missing('feature')
  const wanted = entries.flatMap(([code, values]) =>
    entriesByCode(values).map(([privilegeCode, value]) => {
      const privilege = byCode.get(code)?.privileges.find((each) => each.code === privilegeCode)
      return { code, privilege, value }
    }),
  )
  const errors = new Map<string, readonly FieldCode[]>()
  const result = new Map(entries.map(([code]) => [code, new Map<string, StoredValue>()]))
  for (const { code, privilege, value } of wanted) {
    if (!privilege) return missing('privilege')
    const check = checkPrivilegeValue(privilege, value)
    if (check.ok) result.get(code)?.set(privilege.code, check.value)
    else errors.set(`${privilege.code}_privilege_value`, [check.code])
  }
  if (errors.size > 0) return refusedFields(Object.fromEntries(errors))
  return { ok: true, value: result }
}

/**
 * A plan's entitlements after POST: features not in the body are removed, and so are privileges that a listed feature
 * does not mention, unless it mentions none.
 */
export function replaceEntitlements(current: Entitlements, given: Entitlements): Entitlements {
  return new Map(
    [...given].map(([code, values]) => [code, values.size === 0 ? (current.get(code) ?? values) : values]),
  )
}

/** A plan's entitlements after PATCH: the given values are set, all others stay. */
export function mergeEntitlements(current: Entitlements, given: Entitlements): Entitlements {
  const merged = new Map(current)
  for (const [code, values] of given)
    merged.set(code, new Map([...(current.get(code) ?? NOTHING), ...values]))
  return merged
}

/**
 * A subscription's changes after PATCH. For each given feature: values equal to all of the plan's reset the feature
 * to the plan; otherwise only values that differ become overrides, and anything given that had been removed is
 * restored.
 */
export function patchSubscription(
  plan: Entitlements,
  current: SubscriptionEntitlements,
  given: Entitlements,
): SubscriptionEntitlements {
  const overrides = new Map(current.overrides)
  const removedFeatures = new Set(current.removedFeatures)
  const removedPrivileges = new Map(current.removedPrivileges)
  for (const [code, values] of given) {
    const planValues = plan.get(code)
    removedFeatures.delete(code)
    if (planValues && equals(planValues, values)) {
      overrides.delete(code)
      removedPrivileges.delete(code)
      continue
    }
    const changed = new Map(overrides.get(code) ?? NOTHING)
    for (const [privilege, value] of values) {
      if (planValues?.has(privilege) && planValues.get(privilege) === value) changed.delete(privilege)
      else changed.set(privilege, value)
    }
    if (planValues && changed.size === 0) overrides.delete(code)
    else overrides.set(code, changed)
    setOrDelete(removedPrivileges, code, without(removedPrivileges.get(code), values.keys()))
  }
  return { overrides, removedFeatures, removedPrivileges }
}

/** A subscription's changes after a feature is removed. Not an error if the feature is absent. */
export function removeFeature(
  plan: Entitlements,
  current: SubscriptionEntitlements,
  code: string,
): SubscriptionEntitlements {
  const overrides = new Map(current.overrides)
  overrides.delete(code)
  const removedFeatures = new Set(current.removedFeatures)
  if (plan.has(code)) removedFeatures.add(code)
  return { ...current, overrides, removedFeatures }
}

/** A subscription's changes after one privilege is removed. */
export function removePrivilege(
  plan: Entitlements,
  current: SubscriptionEntitlements,
  code: string,
  privilege: string,
): SubscriptionEntitlements {
  const overrides = new Map(current.overrides)
  const own = overrides.get(code)
  if (own?.has(privilege)) {
    const rest = new Map(own)
    rest.delete(privilege)
    if (rest.size === 0 && plan.has(code)) overrides.delete(code)
    else overrides.set(code, rest)
  }
  const removedPrivileges = new Map(current.removedPrivileges)
  if (plan.get(code)?.has(privilege)) {
    removedPrivileges.set(code, new Set([...(removedPrivileges.get(code) ?? []), privilege]))
  }
  return { ...current, overrides, removedPrivileges }
}

/** The entitlements of a plan, in the order of features and privileges. */
export function planEntitlements(
  features: readonly Feature[],
  plan: Entitlements,
): readonly PlanEntitlement[] {
  return features.flatMap((feature) => {
    const values = plan.get(feature.code)
    if (!values) return []
    const privileges = feature.privileges
      .filter(({ code }) => values.has(code))
      .map((privilege) => ({
        privilege,
        value: shownValue(privilege.valueType, values.get(privilege.code) ?? null),
      }))
    return [{ feature, privileges }]
  })
}

/** A plan's entitlements without a feature. */
export function withoutFeature(plan: Entitlements, code: string): Entitlements {
  return new Map([...plan].filter(([each]) => each !== code))
}

/** A plan's entitlements without one privilege's value; the feature stays. */
export function withoutPrivilege(plan: Entitlements, code: string, privilege: string): Entitlements {
  const rest = [...(plan.get(code) ?? NOTHING)].filter(([each]) => each !== privilege)
  return new Map(plan).set(code, new Map(rest))
}

/** A subscription's effective entitlements: the plan's, plus overrides, minus removals, in the order of features. */
export function effectiveEntitlements(
  features: readonly Feature[],
  plan: Entitlements,
  subscription: SubscriptionEntitlements,
): readonly EffectiveEntitlement[] {
  return features.flatMap((feature) => {
    const fromPlan = subscription.removedFeatures.has(feature.code) ? undefined : plan.get(feature.code)
    const own = subscription.overrides.get(feature.code)
    if (!fromPlan && !own) return []
    const removed = subscription.removedPrivileges.get(feature.code)
    const privileges = feature.privileges.filter(
      ({ code }) => own?.has(code) || (fromPlan?.has(code) && !removed?.has(code)),
    )
    const planValues = plan.get(feature.code) ?? NOTHING
    return [
      {
        feature,
        privileges: privileges.map((privilege) => effective(privilege, planValues, own ?? NOTHING)),
        overrides: Object.fromEntries(
          privileges
            .filter(({ code }) => own?.has(code))
            .map(({ code, valueType }) => [code, shownValue(valueType, own?.get(code) ?? null)]),
        ),
      },
    ]
  })
}

function effective(
  privilege: Privilege,
  plan: ReadonlyMap<string, StoredValue>,
  own: ReadonlyMap<string, StoredValue>,
): EffectivePrivilege {
  const planValue = shownValue(privilege.valueType, plan.get(privilege.code) ?? null)
  const overrideValue = shownValue(privilege.valueType, own.get(privilege.code) ?? null)
  return { privilege, value: own.has(privilege.code) ? overrideValue : planValue, planValue, overrideValue }
}

function entriesByCode(values: unknown): readonly (readonly [string, unknown])[] {
  const isByCode = typeof values === 'object' && values !== null && !Array.isArray(values)
  return isByCode ? Object.entries(values).map(([code, value]) => [tidyId(code), value] as const) : []
}

function equals(a: ReadonlyMap<string, StoredValue>, b: ReadonlyMap<string, StoredValue>): boolean {
  return a.size === b.size && [...a].every(([code, value]) => b.has(code) && b.get(code) === value)
}

function without(set: ReadonlySet<string> | undefined, codes: Iterable<string>): ReadonlySet<string> {
  const rest = new Set(set)
  for (const code of codes) rest.delete(code)
  return rest
}

function setOrDelete(map: Map<string, ReadonlySet<string>>, key: string, set: ReadonlySet<string>): void {
  if (set.size === 0) map.delete(key)
  else map.set(key, set)
}

function missing(resource: MissingResource): Outcome<Entitlements> {
  return refused({ kind: 'not_found', code: `${resource}_not_found` })
}
