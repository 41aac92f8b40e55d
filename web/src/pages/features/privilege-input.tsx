import type { ReactElement } from 'react'
import { DecimalInput } from '../../parts/fields.tsx'
import type { Privilege } from './entitlement-values.ts'

/** The value of one privilege; an empty one is no value. */
export function PrivilegeInput(props: {
  readonly id?: string
  readonly label?: string
  readonly privilege: Privilege
  readonly value: string
  readonly isInvalid?: boolean
  /** What an empty value means. */
  readonly empty: string
  readonly onChange: (value: string) => void
}): ReactElement {
  const { id, label, privilege, value, empty, onChange } = props
  const { value_type: type, config } = privilege
  const shared = {
    id,
    'aria-label': label,
    'aria-invalid': props.isInvalid ? true : undefined,
    className: 'input',
    value,
    onChange: (event: { readonly target: { readonly value: string } }) => onChange(event.target.value),
  }
  if (type === 'integer') {
    return (
      <DecimalInput
        id={id}
        label={label}
        value={value}
        onChange={onChange}
        placeholder={empty}
        aria={{ 'aria-invalid': shared['aria-invalid'] }}
      />
    )
  }
  if (type === 'string') return <input {...shared} autoComplete="off" placeholder={empty} />
  const options =
    type === 'boolean'
      ? [
          ['true', 'Yes'],
          ['false', 'No'],
        ]
      : (config.select_options ?? []).map((each) => [each, each])
  return (
    <select {...shared}>
      <option value="">{empty}</option>
      {options.map(([option, text]) => (
        <option key={option} value={option}>
          {text}
        </option>
      ))}
    </select>
  )
}

/** A value in words. */
export function privilegeText(privilege: Privilege, value: number | boolean | string | null): string {
  if (value === null) return '—'
  if (privilege.value_type === 'boolean') return value === true ? 'Yes' : 'No'
  return typeof value === 'number' ? value.toLocaleString() : String(value)
}
