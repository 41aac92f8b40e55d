import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactElement } from 'react'
import type { ApiProblem } from '../../api/client.ts'
import { useNames } from '../../api/names.ts'
import { type Page as PageOf, useList } from '../../api/queries.ts'
import type { ActivityLog } from '../../api/types.ts'
import { Ago } from '../../parts/ago.tsx'
import { Link, useAt } from '../../parts/link.tsx'
import { type Column, Table } from '../../parts/list.tsx'
import { None } from '../../parts/page.tsx'
import { Loaded } from '../../parts/states.tsx'
import { activityWords, sourceWords } from '../../shell/ran-list.tsx'
import { NEWS, objectOf } from './object-of.ts'

const NEWS_SHOWN = 8

const WHEN: Column<ActivityLog> = { title: 'When', cell: ({ logged_at }) => <Ago at={logged_at} /> }
const WHO: Column<ActivityLog> = {
  title: 'Who',
  cell: ({ user_email, activity_source }) => user_email ?? sourceWords(activity_source),
}

/** What happened to an object, newest first. */
export function ActivityList({
  params,
  hasLinks = false,
}: {
  readonly params: Readonly<Record<string, string | readonly string[]>>
  /** Where activities are of several objects, each leads to its own. */
  readonly hasLinks?: boolean
}): ReactElement {
  const query = useList<ActivityLog>('/activity_logs', 'activity_logs', { per_page: 50, ...params })
  return (
    <Activities
      query={query}
      what={(row) => (hasLinks ? <What activity={row} /> : activityWords(row.activity_type))}
      columns={[WHEN, WHO]}
    />
  )
}

/** What was done last in the organization, and to whom. */
export function RecentActivity(): ReactElement {
  const query = useList<ActivityLog>('/activity_logs', 'activity_logs', {
    per_page: NEWS_SHOWN,
    activity_types: NEWS,
  })
  const nameOf = useNames({ customers: (query.data?.rows ?? []).map((row) => row.external_customer_id) })
  const customer: Column<ActivityLog> = {
    title: 'Customer',
    cell: ({ external_customer_id: id }) => (id ? nameOf('customers', id) : <None />),
  }
  return (
    <Activities query={query} isInCard what={(row) => <What activity={row} />} columns={[customer, WHEN]} />
  )
}

/** Activities as a table that begins with what was done. */
function Activities(props: {
  readonly query: UseQueryResult<PageOf<ActivityLog>, ApiProblem>
  readonly what: Column<ActivityLog>['cell']
  readonly columns: readonly Column<ActivityLog>[]
  /** In a card whose content reaches its edges. */
  readonly isInCard?: boolean
}): ReactElement {
  return (
    <Loaded query={props.query}>
      {({ rows }) =>
        rows.length === 0 ? (
          <p className={props.isInCard ? 'muted card-note' : 'muted'}>Nothing happened yet.</p>
        ) : (
          <Table
            label="Activity"
            rows={rows}
            keyOf={({ activity_id }) => activity_id}
            isStacked
            columns={[{ title: 'What', cell: props.what }, ...props.columns]}
          />
        )
      }
    </Loaded>
  )
}

function What({ activity }: { readonly activity: ActivityLog }): ReactElement {
  const at = useAt()
  const { path } = objectOf(activity)
  const words = activityWords(activity.activity_type)
  return path === null ? <>{words}</> : <Link href={at(path)}>{words}</Link>
}
