import type { ReactElement } from 'react'

/** A name with its code below. */
export function Named({ name, code }: { readonly name: string; readonly code: string }): ReactElement {
  return (
    <span className="two-lines">
      <span>{name}</span>
      <small>{code}</small>
    </span>
  )
}
