import type { ReactElement, ReactNode } from 'react'
import { useOne } from '../api/queries.ts'
import { useView } from './list.tsx'
import { LoadedPage } from './loaded-page.tsx'

/** A form for something new: an empty one, or a copy of what `?from=` names, which is loaded first. */
export function NewPage<T>(props: {
  readonly title: string
  /** Where the copied thing is read, by its code. */
  readonly pathOf: (code: string) => string
  /** Its key in the answer. */
  readonly root: string
  readonly children: (original: T | null) => ReactNode
}): ReactElement {
  const from = useView().get('from')
  const original = useOne<T>(props.pathOf(from), props.root, { enabled: from !== '' })
  if (from === '') return <>{props.children(null)}</>
  return (
    <LoadedPage title={props.title} query={original}>
      {props.children}
    </LoadedPage>
  )
}
