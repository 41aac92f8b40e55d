import type { ReactElement } from 'react'
import { useList, useRead } from '../api/queries.ts'
import type { Customer } from '../api/types.ts'
import { ariaOf, FieldFrame } from './fields.tsx'
import { useFormOfField } from './form.tsx'
import { isUnread, OptionsNote, rowsOf } from './options.tsx'

const OFFERED = 20
/** With fewer characters there is no search. */
const SEARCHED_MIN = 2

type Offered = { readonly identifier: string; readonly name: string | null }

/** The customers that a text names, the best first; the newest ones as long as there is hardly a text. */
function useOffered(text: string, enabled: boolean) {
  const isSearched = text.trim().length >= SEARCHED_MIN
  const newest = useList<Customer>(
    '/customers',
    'customers',
    { per_page: OFFERED },
    { enabled: enabled && !isSearched },
  )
  const found = useRead<{ results?: readonly Offered[] }>(
    '/api/weir/v1/search',
    { q: text.trim(), types: ['customer'], limit: OFFERED },
    { enabled: enabled && isSearched },
  )
  if (isSearched) return { asked: found, offered: found.data?.results ?? [] }
  const offered = rowsOf(newest).map(({ external_id: identifier, name, email }): Offered => {
    return { identifier, name: name ?? email }
  })
  return { asked: newest, offered }
}

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
  const { asked, offered } = useOffered(value, locked === undefined)
  const chosen = offered.find(({ identifier }) => identifier === value)
  const help = locked ?? (chosen ? (chosen.name ?? '') : props.help) ?? 'Type a name or an id.'
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
        {offered.map(({ identifier, name: label }) => (
          <option key={identifier} value={identifier}>
            {label}
          </option>
        ))}
      </datalist>
      {isUnread(asked) && <OptionsNote asked={asked} what="customers" isEmpty={false} />}
    </FieldFrame>
  )
}
