import Type from 'typebox'
import type { FieldCode } from '../codes.ts'
import { isAbsent } from './amounts-check.ts'
import type { ChargeProperties } from './charge-model.ts'

const PRESENTATION_KEYS_MAX = 2
/** Usage is stored per key, so more keys would slow down every event. */
const PRICING_KEYS_MAX = 100

const keyList = Type.Array(Type.String({ minLength: 1 }), { maxItems: PRICING_KEYS_MAX })

/** Properties allowed on every model: how the usage is split (docs/rules/filters-and-groups.md#groups). */
export const groupKeyProperties = {
  pricing_group_keys: Type.Optional(keyList),
  grouped_by: Type.Optional(Type.Unsafe<string[]>({ ...keyList, deprecated: true })),
  presentation_group_keys: Type.Optional(
    Type.Array(
      Type.Object({
        value: Type.String({ minLength: 1 }),
        options: Type.Optional(Type.Object({ display_in_invoice: Type.Optional(Type.Boolean()) })),
      }),
      { maxItems: PRESENTATION_KEYS_MAX },
    ),
  ),
}

/**
 * Error codes for the group keys: `invalid_type`, `too_many_keys` (more than 2 presentation keys or 100 pricing
 * keys), `value_is_duplicated`. A filter's presentation keys are ignored, so they are never invalid
 * (docs/rules/filters-and-groups.md#filters).
 */
export function checkGroupKeys(
  properties: ChargeProperties,
  scope: { readonly isFilter: boolean },
): readonly FieldCode[] {
  const codes = new Set<FieldCode>()
  for (const keys of [properties.pricing_group_keys, properties.grouped_by]) {
    if (isAbsent(keys)) continue
    if (!isKeyList(keys)) codes.add('invalid_type')
    else if (keys.length > PRICING_KEYS_MAX) codes.add('too_many_keys')
  }
  if (!scope.isFilter)
    for (const code of checkPresentationKeys(properties.presentation_group_keys)) codes.add(code)
  return [...codes]
}

/** The properties by which the usage is split into fees; the deprecated name is used when the new one is empty. */
export function writtenGroupKeys(properties: ChargeProperties): readonly string[] {
  for (const keys of [properties.pricing_group_keys, properties.grouped_by]) {
    if (isKeyList(keys) && keys.length > 0) return keys
  }
  return []
}

function checkPresentationKeys(keys: unknown): readonly FieldCode[] {
  if (isAbsent(keys)) return []
  if (!Array.isArray(keys) || !keys.every(isPresentationKey)) return ['invalid_type']
  const codes: FieldCode[] = []
  if (keys.length > PRESENTATION_KEYS_MAX) codes.push('too_many_keys')
  if (new Set(keys.map((entry) => entry.value)).size < keys.length) codes.push('value_is_duplicated')
  return codes
}

function isKeyList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(isName)
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== ''
}

type WirePresentationKey = {
  readonly value: string
  readonly options?: { readonly display_in_invoice?: boolean }
}

function isPresentationKey(entry: unknown): entry is WirePresentationKey {
  if (typeof entry !== 'object' || entry === null || !('value' in entry) || !isName(entry.value)) return false
  if (!('options' in entry) || isAbsent(entry.options)) return true
  const { options } = entry
  if (typeof options !== 'object' || options === null || Array.isArray(options)) return false
  return Object.entries(options).every(
    ([name, value]) => name === 'display_in_invoice' && typeof value === 'boolean',
  )
}
