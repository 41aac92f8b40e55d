import type { Feature } from '../../api/types.ts'

type Stored = Feature['privileges'][number]
export type PrivilegeType = Stored['value_type']

/** A privilege as typed. */
export type PrivilegeDraft = {
  readonly key: string
  readonly code: string
  readonly name: string
  readonly type: PrivilegeType
  readonly options: readonly string[]
  /** It exists: its code and type stay, and options are only added. */
  readonly isStored: boolean
}

export type FeatureValues = {
  name: string
  /** For the code, which follows the name. */
  previousName: string
  code: string
  description: string
  privileges: readonly PrivilegeDraft[]
}

export const TYPES: readonly { readonly value: PrivilegeType; readonly label: string }[] = [
  { value: 'integer', label: 'Whole number' },
  { value: 'boolean', label: 'Yes or no' },
  { value: 'string', label: 'Text' },
  { value: 'select', label: 'One of a list' },
]

export const typeLabel = (type: PrivilegeType): string =>
  TYPES.find(({ value }) => value === type)?.label ?? type

let made = 0

/** An empty privilege. */
export function newPrivilege(): PrivilegeDraft {
  made += 1
  return { key: `new-${made}`, code: '', name: '', type: 'integer', options: [], isStored: false }
}

export const NEW_FEATURE: FeatureValues = {
  name: '',
  previousName: '',
  code: '',
  description: '',
  privileges: [],
}

/** What is stored, as the form shows it. */
export function valuesOfFeature(feature: Feature): FeatureValues {
  return {
    name: feature.name ?? '',
    previousName: feature.name ?? '',
    code: feature.code,
    description: feature.description ?? '',
    privileges: feature.privileges.map(({ code, name, value_type, config }) => ({
      ...{ key: code, code, name: name ?? '', type: value_type },
      options: config.select_options ?? [],
      isStored: true,
    })),
  }
}

/** The body of the request. */
export function featureBody(values: FeatureValues) {
  return {
    code: values.code,
    name: values.name || null,
    description: values.description || null,
    privileges: values.privileges.map(({ code, name, type, options }) => ({
      code,
      name: name || null,
      value_type: type,
      ...(type === 'select' ? { config: { select_options: options } } : {}),
    })),
  }
}

/** What is wrong, by field. */
export function checkFeature({ code, privileges }: FeatureValues): Record<string, string | undefined> {
  const codes = privileges.map((each) => each.code.trim())
  const isTwice = codes.some((each, at) => each !== '' && codes.indexOf(each) !== at)
  const lacksOptions = privileges.some(({ type, options }) => type === 'select' && options.length === 0)
  return {
    code: code.trim() === '' ? 'Give it a code.' : undefined,
    privileges: codes.includes('')
      ? 'Every privilege needs a code.'
      : isTwice
        ? 'Two privileges have the same code.'
        : lacksOptions
          ? 'A list needs at least one value.'
          : undefined,
  }
}
