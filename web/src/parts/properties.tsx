import type { ReactElement } from 'react'
import type { Event } from '../api/types.ts'
import { None } from './page.tsx'

/** The properties of an event as JSON; nothing for one that has none. */
export function Properties({ of }: { readonly of: Event['properties'] }): ReactElement {
  return Object.keys(of).length === 0 ? <None /> : <code>{JSON.stringify(of)}</code>
}
