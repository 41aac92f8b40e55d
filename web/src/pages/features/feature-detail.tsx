import { useParams } from '@tanstack/react-router'
import { type ReactElement, useState } from 'react'
import { useList, useOne } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import type { Feature, Plan } from '../../api/types.ts'
import { formatTime } from '../../format/dates.ts'
import { ApiCall, ApiCallButton } from '../../parts/api-call.tsx'
import { Button, ButtonLink, Code } from '../../parts/button.tsx'
import { Confirm } from '../../parts/dialog.tsx'
import { useAt, useGo } from '../../parts/link.tsx'
import { Table } from '../../parts/list.tsx'
import { LoadedPage } from '../../parts/loaded-page.tsx'
import { Card, Columns, Facts, None, Page } from '../../parts/page.tsx'
import { Loaded } from '../../parts/states.tsx'
import { useRecent } from '../../shell/recent.ts'
import { basePrice } from '../plans/plan-list.tsx'
import { typeLabel } from './feature-values.ts'

const pathOf = (code: string) => `/features/${encodeURIComponent(code)}`

/** One feature: its privileges, the plans that grant it, and how an app asks for it. */
export function FeatureDetail(): ReactElement {
  const { code = '' } = useParams({ strict: false }) as { code?: string }
  const at = useAt()
  const query = useOne<Feature>(pathOf(code), 'feature')
  return (
    <LoadedPage title={code} crumbs={[{ label: 'Features', href: at('/features') }]} query={query}>
      {(feature) => <Detail feature={feature} />}
    </LoadedPage>
  )
}

/** The plans whose entitlements have a feature. */
function usePlansWith(code: string) {
  const query = useList<Plan>('/plans', 'plans', { per_page: 500 })
  const rows = (query.data?.rows ?? []).filter(({ entitlements }) =>
    entitlements?.some((each) => each.code === code),
  )
  return { query, rows }
}

function Detail({ feature }: { readonly feature: Feature }): ReactElement {
  const { code } = feature
  const name = feature.name || code
  const [deleted, setDeleted] = useState<string | null>(null)
  const at = useAt()
  const go = useGo()
  const may = useMay()
  const { query, rows } = usePlansWith(code)
  useRecent('Feature', name)
  const isWhole = deleted === ''
  return (
    <Page
      title={name}
      crumbs={[{ label: 'Features', href: at('/features') }]}
      facts={<Code text={code} />}
      action={
        may('features:update') && (
          <ButtonLink href={at(`/features/${encodeURIComponent(code)}/edit`)} icon="edit">
            Edit
          </ButtonLink>
        )
      }
      menu={
        may('features:delete')
          ? [{ label: 'Delete', icon: 'trash', isDangerous: true, onSelect: () => setDeleted('') }]
          : []
      }
    >
      <Columns aside={<Aside feature={feature} />}>
        <Privileges feature={feature} onDelete={may('features:update') ? setDeleted : undefined} />
        <Card title="Plans that grant it" isFlush>
          <Loaded query={query} rows={2}>
            {() =>
              rows.length === 0 ? (
                <p className="card-note muted">
                  No plan grants it yet. A plan's entitlements are on its page.
                </p>
              ) : (
                <Table
                  label="Plans that grant this feature"
                  rows={rows}
                  keyOf={(plan) => plan.lago_id}
                  hrefOf={(plan) => at(`/plans/${encodeURIComponent(plan.code)}/entitlements`)}
                  columns={[
                    { title: 'Plan', cell: (plan) => plan.name },
                    {
                      title: 'Base price',
                      isNumber: true,
                      cell: (plan) => basePrice(plan),
                    },
                  ]}
                />
              )
            }
          </Loaded>
        </Card>
        <Card title="Ask for it in your app">
          <ApiCall write={{ method: 'GET', path: '/subscriptions/EXTERNAL_ID/entitlements' }} />
        </Card>
      </Columns>
      <Confirm
        title={isWhole ? `Delete ${name}?` : `Delete the privilege ${deleted}?`}
        isOpen={deleted !== null}
        onClose={() => setDeleted(null)}
        verb={isWhole ? 'Delete feature' : 'Delete privilege'}
        isDangerous
        write={{
          method: 'DELETE',
          path: isWhole ? pathOf(code) : `${pathOf(code)}/privileges/${encodeURIComponent(deleted ?? '')}`,
        }}
        done={isWhole ? `${name} was deleted.` : 'The privilege was deleted.'}
        onDone={() => isWhole && go(at('/features'))}
      >
        <p>
          {rows.length === 0
            ? 'No plan grants the feature. Subscriptions that have it by themselves lose it.'
            : `${rows.length} ${rows.length === 1 ? 'plan grants' : 'plans grant'} the feature: their subscriptions lose this at once.`}
        </p>
      </Confirm>
    </Page>
  )
}

function Privileges(props: {
  readonly feature: Feature
  readonly onDelete: ((code: string) => void) | undefined
}): ReactElement {
  const { feature, onDelete } = props
  if (feature.privileges.length === 0) {
    return (
      <Card title="Privileges">
        <p className="muted">None: a plan grants the feature or does not.</p>
      </Card>
    )
  }
  return (
    <Card title="Privileges" isFlush>
      <Table
        label="Privileges of the feature"
        rows={feature.privileges}
        keyOf={({ code }) => code}
        columns={[
          { title: 'Privilege', cell: ({ name, code }) => name || code },
          { title: 'Code', cell: ({ code }) => <code>{code}</code> },
          { title: 'Values', cell: ({ value_type }) => typeLabel(value_type) },
          {
            title: 'List',
            isMinor: true,
            cell: ({ config }) => config.select_options?.join(', ') || <None />,
          },
          ...(onDelete
            ? [
                {
                  title: 'Actions',
                  cell: ({ code }: { readonly code: string }) => (
                    <Button kind="quiet" onClick={() => onDelete(code)} aria-label={`Delete ${code}`}>
                      Delete
                    </Button>
                  ),
                },
              ]
            : []),
        ]}
      />
    </Card>
  )
}

function Aside({ feature }: { readonly feature: Feature }): ReactElement {
  return (
    <Card title="Facts" aside={<ApiCallButton write={{ method: 'GET', path: pathOf(feature.code) }} />}>
      <Facts
        facts={[
          ['Code', <Code key="code" text={feature.code} />],
          ['Description', feature.description],
          ['Created', formatTime(feature.created_at)],
        ]}
      />
    </Card>
  )
}
