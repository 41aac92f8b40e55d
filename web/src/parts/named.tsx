import type { ReactElement } from 'react'
import { type Kind, useNames } from '../api/names.ts'

/** A name with its code below, unless that is the name. */
export function Named({ name, code }: { readonly name: string; readonly code: string }): ReactElement {
  return (
    <span className="two-lines">
      <span>{name}</span>
      {code !== name && <small>{code}</small>}
    </span>
  )
}

/** The name of what a page shows once, by its external id or code; rows of a list take theirs from `useNames`. */
export function NameOnly({ kind, id }: { readonly kind: Kind; readonly id: string }): ReactElement {
  return <>{useNames({ [kind]: [id] })(kind, id)}</>
}
