import type { ReactElement } from 'react'
import { OWN_API, useList } from '../../api/queries.ts'
import { clientName } from '../../format/user-agent.ts'
import { Moment } from '../../parts/ago.tsx'
import { useAt } from '../../parts/link.tsx'
import { type Column, List, useView } from '../../parts/list.tsx'
import { None, Page } from '../../parts/page.tsx'
import { Empty } from '../../parts/states.tsx'
import { activityWords } from '../../shell/ran-list.tsx'
import { SettingsTabs } from '../settings/settings-tabs.tsx'

type SecurityLog = {
  readonly log_id: string
  readonly log_event: string
  readonly user_email: string | null
  readonly device_info: { readonly ip_address: string | null; readonly user_agent: string | null }
  readonly logged_at: string
}

const columns: readonly Column<SecurityLog>[] = [
  { title: 'What', cell: ({ log_event }) => activityWords(log_event) },
  { title: 'Who', cell: ({ user_email }) => user_email ?? <None /> },
  { title: 'From', cell: ({ device_info: { ip_address: ip } }) => ip ?? <None /> },
  {
    title: 'Device',
    isMinor: true,
    cell: ({ device_info: { user_agent: agent } }) => (
      <span className="clip log-client" title={agent ?? undefined}>
        {clientName(agent ?? '')}
      </span>
    ),
  },
  { title: 'When (UTC)', cell: ({ logged_at }) => <Moment at={logged_at} /> },
]

/** Sign-ins, and changes of keys, members and roles. */
export function SecurityLogPage(): ReactElement {
  const view = useView()
  const at = useAt()
  const query = useList<SecurityLog>(`${OWN_API}/security_logs`, 'security_logs', {
    page: view.page,
    per_page: 50,
  })
  return (
    <Page
      title="Security log"
      crumbs={[{ label: 'Settings', href: at('/settings') }]}
      tabs={<SettingsTabs />}
    >
      <List
        label="entries"
        isStacked
        query={query}
        view={view}
        columns={columns}
        keyOf={({ log_id }) => log_id}
        empty={
          <Empty icon="key" title="Nothing yet">
            Sign-ins, and changes of keys, members and roles, are noted here with the device.
          </Empty>
        }
      />
    </Page>
  )
}
