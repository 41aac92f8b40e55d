import type { Input } from '../input/fields.ts'
import { tidyId } from '../input/ids.ts'
import { type Outcome, Problems } from '../problems.ts'
import { PRIVILEGE_TYPES, type Privilege, type PrivilegeType } from './privilege-value.ts'

/** An update of one privilege; undefined parts stay unchanged. */
type PrivilegePatch = {
  readonly code: string
  readonly name: string | null | undefined
  /** As received; only used for a new privilege. */
  readonly valueType: unknown
  readonly selectOptions: readonly string[] | undefined
}

export type FeatureInput = {
  readonly code: string
  readonly name: string | null
  readonly description: string | null
  readonly privileges: readonly Privilege[]
}

const CODE_LENGTH_MAX = 255

/** Validates a new feature. The store checks whether its code is taken. */
export function checkFeature(raw: Input): Outcome<FeatureInput> {
  const problems = new Problems()
  const code = tidyId(textOf(raw.code) ?? '')
  checkCode(code, 'code', problems)
  const privileges = merge([], raw.privileges, problems)
  const name = textOf(raw.name) ?? null
  return problems.outcome({ code, name, description: textOf(raw.description) ?? null, privileges })
}

/** The fields of a feature that an update changes: absent parts stay, and the code never changes. */
export function featureChange(raw: Input): { name?: string | null; description?: string | null } {
  return {
    ...(raw.name === undefined ? {} : { name: textOf(raw.name) ?? null }),
    ...(raw.description === undefined ? {} : { description: textOf(raw.description) ?? null }),
  }
}

/**
 * A feature's privileges after an update: privileges in the body are created or renamed, a select gains options but
 * never loses one, and the type of an existing privilege and absent privileges stay.
 */
export function mergePrivileges(existing: readonly Privilege[], raw: unknown): Outcome<readonly Privilege[]> {
  const problems = new Problems()
  return problems.outcome(merge(existing, raw, problems))
}

function merge(existing: readonly Privilege[], raw: unknown, problems: Problems): readonly Privilege[] {
  if (raw === undefined || raw === null) return existing
  if (!Array.isArray(raw)) problems.add('privileges', 'invalid_format')
  const patches = (Array.isArray(raw) ? raw : []).map((each: unknown) => readPatch(fieldsOf(each), problems))
  const codes = patches.map(({ code }) => code)
  if (new Set(codes).size < codes.length) problems.add('privilege.code', 'value_is_duplicated')
  const patched = existing.map((privilege) =>
    update(
      privilege,
      patches.find(({ code }) => code === privilege.code),
    ),
  )
  const created = patches
    .filter(({ code }) => !existing.some((privilege) => privilege.code === code))
    .map((patch) => create(patch, problems))
  return [...patched, ...created]
}

function update(privilege: Privilege, patch: PrivilegePatch | undefined): Privilege {
  if (!patch) return privilege
  const added = privilege.valueType === 'select' ? (patch.selectOptions ?? []) : []
  return {
    ...privilege,
    name: patch.name === undefined ? privilege.name : patch.name,
    selectOptions: [...new Set([...privilege.selectOptions, ...added])],
  }
}

function create(patch: PrivilegePatch, problems: Problems): Privilege {
  const valueType = typeOf(patch.valueType, problems)
  const isSelect = valueType === 'select'
  // A select without options could never have a value; other types take no configuration.
  if (isSelect === (patch.selectOptions === undefined)) problems.add('privilege.config', 'invalid_format')
  return {
    code: patch.code,
    name: patch.name ?? null,
    valueType,
    selectOptions: [...new Set(patch.selectOptions)],
  }
}

function typeOf(raw: unknown, problems: Problems): PrivilegeType {
  const type = PRIVILEGE_TYPES.find((each) => each === (raw ?? 'string'))
  if (!type) problems.add('privilege.value_type', 'value_is_invalid')
  return type ?? 'string'
}

function readPatch(raw: Input, problems: Problems): PrivilegePatch {
  const code = tidyId(textOf(raw.code) ?? '')
  checkCode(code, 'privilege.code', problems)
  return {
    code,
    name: raw.name === undefined ? undefined : (textOf(raw.name) ?? null),
    valueType: raw.value_type,
    selectOptions: optionsOf(raw.config, problems),
  }
}

/** `{"select_options": [strings]}` and nothing else; an empty configuration counts as none. */
function optionsOf(config: unknown, problems: Problems): readonly string[] | undefined {
  if (!isGiven(config)) return undefined
  const fields = fieldsOf(config)
  const keys = Object.keys(fields)
  const isObject = typeof config === 'object' && !Array.isArray(config)
  if (isObject && keys.length === 0) return undefined
  const options: unknown = fields.select_options
  const isList =
    Array.isArray(options) && options.length > 0 && options.every((each) => typeof each === 'string')
  if (isObject && keys.length === 1 && isList) return options
  problems.add('privilege.config', 'invalid_format')
  return undefined
}

function checkCode(code: string, field: string, problems: Problems): void {
  if (code === '') problems.add(field, 'value_is_mandatory')
  if (code.length > CODE_LENGTH_MAX) problems.add(field, 'value_is_too_long')
}

function fieldsOf(value: unknown): Input {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Input) : {}
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null
}
