import type { ReactElement } from 'react'
import { useList } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import type { Feature } from '../../api/types.ts'
import { formatDate } from '../../format/dates.ts'
import { ButtonLink } from '../../parts/button.tsx'
import { useAt } from '../../parts/link.tsx'
import { type Column, FilterBar, List, SearchBox, useView } from '../../parts/list.tsx'
import { Named } from '../../parts/named.tsx'
import { None, Page } from '../../parts/page.tsx'
import { Empty } from '../../parts/states.tsx'

const EXAMPLE = {
  method: 'POST',
  path: '/features',
  body: {
    feature: { name: 'Seats', code: 'seats', privileges: [{ code: 'max', value_type: 'integer' }] },
  },
} as const

const columns: readonly Column<Feature>[] = [
  { title: 'Name', cell: ({ name, code }) => <Named name={name || code} code={code} /> },
  {
    title: 'Privileges',
    cell: ({ privileges }) => privileges.map(({ name, code }) => name || code).join(', ') || <None />,
  },
  { title: 'Description', isMinor: true, cell: ({ description }) => description || <None /> },
  { title: 'Created', isMinor: true, cell: ({ created_at }) => formatDate(created_at) },
]

/** Everything that plans can grant besides what is metered. */
export function FeatureList(): ReactElement {
  const view = useView()
  const at = useAt()
  const may = useMay()
  const query = useList<Feature>('/features', 'features', {
    page: view.page,
    per_page: 50,
    search_term: view.get('q'),
  })
  const create = may('features:create') ? (
    <ButtonLink href={at('/features/new')} kind="primary" icon="plus">
      New feature
    </ButtonLink>
  ) : undefined
  return (
    <Page title="Features" action={create}>
      <FilterBar>
        <SearchBox view={view} label="Search features" />
      </FilterBar>
      <List
        label="features"
        query={query}
        columns={columns}
        keyOf={({ code }) => code}
        hrefOf={({ code }) => at(`/features/${encodeURIComponent(code)}`)}
        view={view}
        filters={['q']}
        empty={
          <Empty icon="feature" title="Say what a plan allows" action={create} write={EXAMPLE}>
            A feature is what customers may do, such as seats or single sign-on. Plans grant it with values,
            and your app asks what a subscription may.
          </Empty>
        }
      />
    </Page>
  )
}
