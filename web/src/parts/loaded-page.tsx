import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactElement, ReactNode } from 'react'
import type { ApiProblem } from '../api/client.ts'
import { type Crumb, Page } from './page.tsx'
import { Loaded } from './states.tsx'

/** A page about one thing, which draws its own frame once it is loaded. Until then, and when it fails, it has this title. */
export function LoadedPage<T>(props: {
  readonly title: string
  readonly crumbs?: readonly Crumb[]
  readonly query: UseQueryResult<T, ApiProblem>
  readonly children: (data: T) => ReactNode
}): ReactElement {
  const { title, crumbs = [], query } = props
  if (query.data !== undefined) return <>{props.children(query.data)}</>
  return (
    <Page title={title} crumbs={crumbs}>
      <Loaded query={query}>{() => null}</Loaded>
    </Page>
  )
}
