import type { ReactElement } from 'react'
import { useList } from '../../api/queries.ts'
import type { ActivityLog } from '../../api/types.ts'
import { Ago } from '../../parts/ago.tsx'
import { Table } from '../../parts/list.tsx'
import { Loaded } from '../../parts/states.tsx'
import { activityWords, sourceWords } from '../../shell/ran-list.tsx'

/** What happened to an object, newest first. */
export function ActivityList({
  params,
}: {
  readonly params: Readonly<Record<string, string | readonly string[]>>
}): ReactElement {
  const query = useList<ActivityLog>('/activity_logs', 'activity_logs', { per_page: 50, ...params })
  return (
    <Loaded query={query}>
      {({ rows }) =>
        rows.length === 0 ? (
          <p className="muted">Nothing happened yet.</p>
        ) : (
          <Table
            label="Activity"
            rows={rows}
            keyOf={({ activity_id }) => activity_id}
            isStacked
            columns={[
              { title: 'What', cell: ({ activity_type }) => activityWords(activity_type) },
              { title: 'When', cell: ({ logged_at }) => <Ago at={logged_at} /> },
              {
                title: 'Who',
                cell: ({ user_email, activity_source }) => user_email ?? sourceWords(activity_source),
              },
            ]}
          />
        )
      }
    </Loaded>
  )
}
