import { type ReactElement, useState } from 'react'
import { OWN_API, useList } from '../../api/queries.ts'
import type { ApiKey } from '../../api/types.ts'
import { formatDate } from '../../format/dates.ts'
import { Ago } from '../../parts/ago.tsx'
import { ButtonLink } from '../../parts/button.tsx'
import { useAt } from '../../parts/link.tsx'
import { type Column, List, useView } from '../../parts/list.tsx'
import { Menu } from '../../parts/menu.tsx'
import { None, Page } from '../../parts/page.tsx'
import { Empty } from '../../parts/states.tsx'
import { DeleteKey, RotateKey } from './key-dialogs.tsx'
import { summaryOf } from './key-permissions.ts'

/** The keys of the organization's API. */
export function KeyList(): ReactElement {
  const view = useView()
  const at = useAt()
  const [opened, setOpened] = useState<{ readonly kind: 'rotate' | 'delete'; readonly key: ApiKey } | null>(
    null,
  )
  const query = useList<ApiKey>(`${OWN_API}/api_keys`, 'api_keys', { page: view.page, per_page: 50 })
  const isLast = query.data?.meta.total_count === 1
  const columns: readonly Column<ApiKey>[] = [
    { title: 'Name', cell: ({ name }) => <strong>{name || 'Unnamed'}</strong> },
    { title: 'Key', cell: ({ last_characters }) => <code>…{last_characters}</code> },
    { title: 'May', cell: ({ permissions }) => summaryOf(permissions) },
    { title: 'Last used', cell: ({ last_used_at }) => (last_used_at ? <Ago at={last_used_at} /> : <None />) },
    { title: 'Created', cell: ({ created_at }) => formatDate(created_at) },
    { title: 'Expires', cell: ({ expires_at }) => (expires_at ? formatDate(expires_at) : 'Never') },
    {
      title: 'Actions',
      cell: (key) => (
        <Menu
          label={`Actions of the key ${key.name ?? key.last_characters}`}
          items={[
            { label: 'Rotate', icon: 'subscription', onSelect: () => setOpened({ kind: 'rotate', key }) },
            {
              label: 'Delete',
              icon: 'trash',
              isDangerous: true,
              refusal: isLast ? 'The last key cannot be deleted.' : undefined,
              onSelect: () => setOpened({ kind: 'delete', key }),
            },
          ]}
        />
      ),
    },
  ]
  const create = (
    <ButtonLink href={at('/developers/keys/new')} kind="primary" icon="plus">
      New key
    </ButtonLink>
  )
  return (
    <Page title="API keys" action={create}>
      <p className="muted page-lead">
        Programs use a key to call the API of this organization at <code>{location.origin}/api/v1</code>.
      </p>
      <List
        label="keys"
        isStacked
        query={query}
        columns={columns}
        keyOf={({ lago_id }) => lago_id}
        view={view}
        empty={
          <Empty icon="key" title="No key yet" action={create}>
            Your product needs a key to send events and to read what it billed.
          </Empty>
        }
      />
      {opened?.kind === 'rotate' && <RotateKey apiKey={opened.key} onClose={() => setOpened(null)} />}
      {opened?.kind === 'delete' && <DeleteKey apiKey={opened.key} onClose={() => setOpened(null)} />}
    </Page>
  )
}
