import type { Feature, Plan } from '../../api/types.ts'

export type Privilege = Feature['privileges'][number]
type Value = number | boolean | string | null

/** Values as typed, by privilege code, by feature code; an empty text is no value. */
export type EntitlementValues = Readonly<Record<string, Readonly<Record<string, string>>>>

const WHOLE = /^(0|-?[1-9]\d*)$/

export const textOf = (value: Value): string => (value === null ? '' : String(value))

/** The entitlements of a plan, as its form shows them. */
export function valuesOfEntitlements(entitlements: Plan['entitlements']): EntitlementValues {
  return Object.fromEntries(
    entitlements.map(({ code, privileges }) => [
      code,
      Object.fromEntries(privileges.map((privilege) => [privilege.code, textOf(privilege.value)])),
    ]),
  )
}

/** A text as the API takes it; null for none. */
export function typedValue(type: Privilege['value_type'], text: string): Value {
  const typed = text.trim()
  if (typed === '') return null
  if (type === 'boolean') return typed === 'true'
  return type === 'integer' && WHOLE.test(typed) ? Number(typed) : typed
}

/** The values of the request, each of the type of its privilege; all privileges, so that cleared ones are cleared. */
export function entitlementsBody(values: EntitlementValues, features: readonly Feature[]) {
  return Object.fromEntries(
    Object.entries(values).map(([code, own]) => {
      const privileges = features.find((feature) => feature.code === code)?.privileges ?? []
      const given = privileges.map((privilege) => [
        privilege.code,
        typedValue(privilege.value_type, own[privilege.code] ?? ''),
      ])
      return [code, Object.fromEntries(given)]
    }),
  )
}

/** What is wrong with a value, before the server says so. */
export function problemOfValue(privilege: Privilege, text: string): string | undefined {
  const typed = text.trim()
  if (typed === '' || privilege.value_type !== 'integer') return undefined
  return WHOLE.test(typed) && Number.isSafeInteger(Number(typed)) ? undefined : 'Enter a whole number.'
}
