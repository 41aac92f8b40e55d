import type { ReactElement } from 'react'
import { useList } from '../api/queries.ts'
import type { Customer } from '../api/types.ts'
import { ariaOf, FieldFrame } from './fields.tsx'
import { useFormOfField } from './form.tsx'

const OFFERED = 20

/** A customer by external id; what is typed is looked for in names, ids and addresses. */
export function CustomerField(props: {
  readonly name: string
  readonly locked?: string | undefined
  readonly help?: string
}): ReactElement {
  const { name, locked } = props
  const form = useFormOfField()
  const id = `field-${name}`
  const value = String(form.values[name] ?? '')
  const error = form.errorOf(name)
  const found = useList<Customer>(
    '/customers',
    'customers',
    { search_term: value, per_page: OFFERED },
    { enabled: locked === undefined },
  )
  const rows = found.data?.rows ?? []
  const chosen = rows.find(({ external_id }) => external_id === value)
  const help =
    locked ?? (chosen ? (chosen.name ?? chosen.email ?? '') : props.help) ?? 'Type a name or an id.'
  return (
    <FieldFrame id={id} label="Customer" isRequired help={help} error={error}>
      <input
        id={id}
        className="input input-code"
        list={`${id}-list`}
        autoComplete="off"
        required
        readOnly={locked !== undefined}
        value={value}
        {...ariaOf(id, error, help)}
        onBlur={() => form.touch(name)}
        onChange={(event) => form.set(name, event.target.value)}
      />
      <datalist id={`${id}-list`}>
        {rows.map(({ external_id, name: label }) => (
          <option key={external_id} value={external_id}>
            {label}
          </option>
        ))}
      </datalist>
    </FieldFrame>
  )
}
