import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { PrivilegeType } from './privilege-value.ts'
import {
  checkEntitlements,
  type Entitlements,
  effectiveEntitlements,
  type Feature,
  mergeEntitlements,
  patchSubscription,
  planEntitlements,
  removeFeature,
  removePrivilege,
  replaceEntitlements,
  type SubscriptionEntitlements,
  withoutFeature,
  withoutPrivilege,
} from './resolve.ts'

function feature(code: string, privileges: Record<string, PrivilegeType>): Feature {
  const list = Object.entries(privileges).map(([privilege, valueType]) => ({
    code: privilege,
    name: null,
    valueType,
    selectOptions: ['email', 'slack'],
  }))
  return { code, name: null, description: null, privileges: list }
}

const features = [
  feature('seats', { max: 'integer', root: 'boolean', entry: 'select' }),
  feature('storage', { gb: 'integer' }),
  feature('sso', {}),
]
const untouched: SubscriptionEntitlements = {
  overrides: new Map(),
  removedFeatures: new Set(),
  removedPrivileges: new Map(),
}

function given(raw: unknown): Entitlements {
  const outcome = checkEntitlements(raw, features)
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.problem))
  return outcome.value
}

/** `feature.privilege` to `value (plan value, override value)`. */
function shown(plan: Entitlements, subscription: SubscriptionEntitlements) {
  return Object.fromEntries(
    effectiveEntitlements(features, plan, subscription).map((each) => [
      each.feature.code,
      Object.fromEntries(
        each.privileges.map((own) => [
          own.privilege.code,
          `${own.value} (${own.planValue}, ${own.overrideValue})`,
        ]),
      ),
    ]),
  )
}

describe('checkEntitlements', () => {
  it.each<[unknown, unknown]>([
    [{ none: { max: 1 } }, { kind: 'not_found', code: 'feature_not_found' }],
    [
      { seats: { none: 1 }, nothing: {} },
      { kind: 'not_found', code: 'feature_not_found' },
    ],
    [{ seats: { none: 1 } }, { kind: 'not_found', code: 'privilege_not_found' }],
    [
      { seats: { max: [12, 13] } },
      { kind: 'invalid', details: { max_privilege_value: ['value_is_invalid'] } },
    ],
    [
      { seats: { entry: 'okta', root: 5 } },
      {
        kind: 'invalid',
        details: {
          entry_privilege_value: ['value_not_in_select_options'],
          root_privilege_value: ['value_is_invalid'],
        },
      },
    ],
  ])('refuses %j', (raw, problem) => {
    expect(checkEntitlements(raw, features)).toEqual({ ok: false, problem })
  })

  it('reads values as stored', () => {
    expect([...(given({ seats: { max: '10', root: true }, sso: {} }).get('seats') ?? [])]).toEqual([
      ['max', '10'],
      ['root', 'true'],
    ])
    expect(given(undefined).size).toBe(0)
  })
})

describe('plan entitlements', () => {
  const current = given({ seats: { max: 10, root: true }, storage: { gb: 5 } })

  it('are replaced as a whole', () => {
    expect(shown(replaceEntitlements(current, given({ seats: { max: 25 } })), untouched)).toEqual({
      seats: { max: '25 (25, null)' },
    })
    expect(shown(replaceEntitlements(current, given({ seats: {}, sso: {} })), untouched)).toEqual({
      seats: { max: '10 (10, null)', root: 'true (true, null)' },
      sso: {},
    })
  })

  it('are merged in part', () => {
    expect(
      shown(mergeEntitlements(current, given({ seats: { max: '60', entry: 'email' } })), untouched),
    ).toEqual({
      seats: { max: '60 (60, null)', root: 'true (true, null)', entry: 'email (email, null)' },
      storage: { gb: '5 (5, null)' },
    })
  })
})

describe('subscription entitlements', () => {
  const plan = given({ seats: { max: 10, root: false } })
  const patch = (subscription: SubscriptionEntitlements, raw: unknown) =>
    patchSubscription(plan, subscription, given(raw))

  it('row 32: an override beside the plan value', () => {
    const after = patch(untouched, { seats: { max: 30 } })
    expect(shown(plan, after)).toEqual({ seats: { max: '30 (10, 30)', root: 'false (false, null)' } })
    expect(effectiveEntitlements(features, plan, after)[0]?.overrides).toEqual({ max: 30 })
  })

  it('row 33: the plan value is no override', () => {
    const after = patch(patch(untouched, { seats: { max: 30 } }), { seats: { max: 10 } })
    expect(after).toEqual(untouched)
    expect(effectiveEntitlements(features, plan, after)[0]?.overrides).toEqual({})
  })

  it('adds features and privileges of its own, step by step', () => {
    const first = patch(untouched, { seats: { entry: 'slack' }, storage: {} })
    const second = patch(first, { storage: { gb: 100 }, seats: { max: 60 } })
    expect(shown(plan, second)).toEqual({
      seats: { max: '60 (10, 60)', root: 'false (false, null)', entry: 'slack (null, slack)' },
      storage: { gb: '100 (null, 100)' },
    })
  })

  it('goes back to the plan when all of its values are given', () => {
    const changed = removePrivilege(plan, patch(untouched, { seats: { entry: 'slack' } }), 'seats', 'root')
    expect(patch(changed, { seats: { max: 10, root: false } })).toEqual(untouched)
  })

  it('row 34: a removed feature comes back when it is named', () => {
    const gone = removeFeature(plan, untouched, 'seats')
    expect(shown(plan, gone)).toEqual({})
    expect(shown(plan, patch(gone, { seats: { max: 10 } }))).toEqual(shown(plan, untouched))
    expect(shown(plan, patch(gone, { seats: { max: 30 } })).seats?.max).toBe('30 (10, 30)')
  })

  it('takes privileges away, twice without error, and gives them back', () => {
    const once = removePrivilege(plan, untouched, 'seats', 'root')
    expect(removePrivilege(plan, once, 'seats', 'root')).toEqual(once)
    expect(shown(plan, once)).toEqual({ seats: { max: '10 (10, null)' } })
    expect(shown(plan, patch(once, { seats: { max: 11 } }))).toEqual({ seats: { max: '11 (10, 11)' } })
    expect(shown(plan, patch(once, { seats: { root: false } })).seats?.root).toBe('false (false, null)')
  })

  it('forgets what only the subscription had', () => {
    const own = patch(untouched, { storage: { gb: 1 } })
    expect(removeFeature(plan, own, 'storage')).toEqual(untouched)
    expect(shown(plan, removePrivilege(plan, own, 'storage', 'gb')).storage).toEqual({})
    expect(removeFeature(plan, untouched, 'sso')).toEqual(untouched)
  })

  it('overrides with nothing, too', () => {
    expect(shown(plan, patch(untouched, { seats: { max: null } })).seats?.max).toBe('null (10, null)')
  })

  it('has no override that equals the plan, and shows what was given last', () => {
    const value = fc.record(
      { max: fc.integer({ min: 9, max: 12 }), root: fc.boolean() },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(fc.array(value, { maxLength: 6 }), (patches) => {
        const after = patches.reduce((state, seats) => patch(state, { seats }), untouched)
        for (const [code, stored] of after.overrides.get('seats') ?? []) {
          expect(stored).not.toBe(plan.get('seats')?.get(code))
        }
        const last = patches.at(-1)
        const seats = effectiveEntitlements(features, plan, after)[0]
        const max = seats?.privileges.find((each) => each.privilege.code === 'max')?.value
        if (last?.max !== undefined) expect(max).toBe(last.max)
      }),
    )
  })
})

describe('what a plan entitles to', () => {
  const plan = given({ storage: { gb: '5' }, seats: { max: 10, root: null }, sso: {} })
  const shown = (entitlements: Entitlements) =>
    planEntitlements(features, entitlements).map((each) => [
      each.feature.code,
      Object.fromEntries(each.privileges.map(({ privilege, value }) => [privilege.code, value])),
    ])

  it('is in the order of the features, values cast to their types', () => {
    expect(shown(plan)).toEqual([
      ['seats', { max: 10, root: null }],
      ['storage', { gb: 5 }],
      ['sso', {}],
    ])
  })

  it('loses a feature, or one privilege and not its feature', () => {
    expect(shown(withoutFeature(plan, 'seats')).map(([code]) => code)).toEqual(['storage', 'sso'])
    expect(shown(withoutPrivilege(plan, 'storage', 'gb'))[1]).toEqual(['storage', {}])
    expect(shown(withoutPrivilege(plan, 'seats', 'max'))[0]).toEqual(['seats', { root: null }])
    expect(shown(plan)).toHaveLength(3)
  })
})
